package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.protocol.Place;
import dev.taltun.protocol.Whereabouts;
import dev.taltun.routing.IpPrefix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Places at which a peer may be, as somebody says: which of them are worth a datagram, and which
 * would do harm. Stateless.
 */
final class Candidates {
    private static final IpPrefix[] PRIVATE = {
        IpPrefix.parse("10.0.0.0/8"),
        IpPrefix.parse("172.16.0.0/12"),
        IpPrefix.parse("192.168.0.0/16"),
        IpPrefix.parse("100.64.0.0/10"),
        IpPrefix.parse("fc00::/7")
    };

    private Candidates() {}

    /** Reads the places of a frame's lists, which were checked; those of no use are left out. */
    static List<Endpoint> read(MemorySegment memory, long whereabouts) {
        List<Endpoint> places = new ArrayList<>();
        for (int i = 0; i < Whereabouts.places(memory, whereabouts); i++) {
            Endpoint place = place(memory, Whereabouts.placeAt(memory, whereabouts, i));
            if (isOneHosts(place) && places.stream().noneMatch(place::sameRemote)) {
                places.add(place);
            }
        }
        return places;
    }

    /** Reads a {@link Place}. */
    static Endpoint place(MemorySegment memory, long at) {
        return new Endpoint(
                Place.high(memory, at), Place.low(memory, at), Place.port(memory, at), 0, 0, 0);
    }

    /** Whether a place can be that of one other host: no group, loopback or link-local address. */
    static boolean isOneHosts(Endpoint place) {
        if (place.port() == 0) {
            return false;
        }
        if (place.isIpv4()) {
            int address = (int) place.low();
            int net = address >>> 24;
            return net != 0 && net != 127 && net < 224 && address >>> 16 != 0xa9fe;
        }
        // Global unicast (2000::/3) and unique local (fc00::/7) are all there is to send to.
        long high = place.high();
        return high >>> 61 == 1 || high >>> 57 == 0xfc >>> 1;
    }

    /** Whether a place is inside one of these networks; everything is inside {@code /0}, so not. */
    static boolean isInside(Endpoint place, List<IpPrefix> networks) {
        for (IpPrefix network : networks) {
            if (network.length() > 0 && contains(network, place)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an address is one of those that many networks have (RFC 1918, 6598, 4193). */
    static boolean isPrivate(Endpoint place) {
        for (IpPrefix network : PRIVATE) {
            if (contains(network, place)) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(IpPrefix network, Endpoint place) {
        IpPrefix host =
                place.isIpv4()
                        ? IpPrefix.v4((int) place.low(), 32)
                        : IpPrefix.v6(place.high(), place.low(), 128);
        return network.contains(host);
    }
}
