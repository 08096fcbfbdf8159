package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import dev.taltun.routing.PrefixTable;
import java.lang.foreign.MemorySegment;

/**
 * Where an inner packet goes that a peer sent, in this order:
 *
 * <pre>
 *   from our own address, or a group  dropped: no peer is that, whatever prefixes it has
 *   own address                       TUN
 *   multicast, broadcast              TUN, never another peer: who gets copies is not known here
 *   a gateway's own network           TUN, unless a peer's prefix is longer: as the kernel routes
 *   another peer's prefix             that peer, unless relay is off or one of the two refuses
 *   the sender's own                  dropped: it has it nearer
 *   nobody's, in a network of a VIP   dropped: the kernel would hand it back to TUN
 *   any other                         TUN if this node is a gateway, else dropped
 * </pre>
 *
 * <p>Remembers the last answer: packets of one flow follow each other. Belongs to one thread.
 */
final class Destinations {
    /** The answer; where it is a drop, why, and what its sender is told. */
    enum Fate {
        TUN(null, null),
        GROUP(null, null),
        PEER(null, null),
        WRONG_SOURCE(Counter.DROP_WRONG_SOURCE, null),
        NOT_FOR_US(Counter.DROP_NOT_FOR_US, IcmpError.NO_ROUTE),
        BACK(Counter.DROP_RELAY_BACK, IcmpError.NO_ROUTE),
        OFF(Counter.DROP_RELAY_OFF, IcmpError.PROHIBITED),
        REFUSED(Counter.DROP_RELAY_REFUSED, IcmpError.PROHIBITED),
        SCOPE(Counter.DROP_RELAY_SCOPE, null);

        final Counter counter;
        final IcmpError error;

        Fate(Counter counter, IcmpError error) {
            this.counter = counter;
            this.error = error;
        }
    }

    private final Forwarding forwarding;
    private PrefixTable<Peer> routes;

    private Peer lastFrom;
    private boolean lastIpv4;
    private long lastSourceHigh;
    private long lastSourceLow;
    private long lastHigh;
    private long lastLow;
    private Fate fate;
    private Peer peer;

    Destinations(Forwarding forwarding) {
        this.forwarding = forwarding;
    }

    /** Begins to answer by these routes. */
    void use(PrefixTable<Peer> snapshot) {
        routes = snapshot;
    }

    /** Forgets all that the control agent may drop meanwhile. */
    void forget() {
        routes = null;
        lastFrom = null;
        peer = null;
    }

    /**
     * Decides.
     *
     * @param from who sent it; its source address was checked
     * @param packet whose headers were checked
     */
    Fate find(Peer from, MemorySegment memory, long packet) {
        boolean ipv4 = IpPacket.version(memory, packet) == IpPacket.VERSION_4;
        long sourceHigh = 0;
        long high = 0;
        long sourceLow;
        long low;
        if (ipv4) {
            sourceLow = Ipv4Header.source(memory, packet);
            low = Ipv4Header.destination(memory, packet);
        } else {
            sourceHigh = Ipv6Header.sourceHigh(memory, packet);
            sourceLow = memory.get(Layouts.BE_LONG, packet + Ipv6Header.SOURCE_OFFSET + Long.BYTES);
            high = Ipv6Header.destinationHigh(memory, packet);
            low = Ipv6Header.destinationLow(memory, packet);
        }
        if (from != lastFrom
                || low != lastLow
                || sourceLow != lastSourceLow
                || high != lastHigh
                || sourceHigh != lastSourceHigh
                || ipv4 != lastIpv4) {
            lastFrom = from;
            lastIpv4 = ipv4;
            lastSourceHigh = sourceHigh;
            lastSourceLow = sourceLow;
            lastHigh = high;
            lastLow = low;
            peer = null;
            fate = ipv4 ? decide4((int) sourceLow, (int) low) : decide6();
        }
        return fate;
    }

    /** The peer it goes to, after the answer {@link Fate#PEER}. */
    Peer peer() {
        return peer;
    }

    private Fate decide4(int source, int destination) {
        if (forwarding.betweenPeers() == Forwarding.BetweenPeers.KERNEL) {
            return Fate.TUN;
        }
        if (forwarding.isOwn4(source)
                || AddressScope.isGroup4(source)
                || forwarding.isBroadcast4(source)) {
            return Fate.WRONG_SOURCE;
        }
        if (forwarding.isOwn4(destination)) {
            return Fate.TUN;
        }
        if (AddressScope.isGroup4(destination) || forwarding.isBroadcast4(destination)) {
            return Fate.GROUP;
        }
        boolean staysHere = AddressScope.staysHere4(destination) || AddressScope.staysHere4(source);
        Peer owner = routes.lookup4(destination);
        int ours = forwarding.network4(destination);
        return isNear4(destination, ours)
                ? Fate.TUN
                : decide(owner, routes.length4(destination), ours, staysHere);
    }

    private Fate decide6() {
        if (forwarding.betweenPeers() == Forwarding.BetweenPeers.KERNEL) {
            return Fate.TUN;
        }
        if (forwarding.isOwn6(lastSourceHigh, lastSourceLow)
                || AddressScope.isGroup6(lastSourceHigh)) {
            return Fate.WRONG_SOURCE;
        }
        if (forwarding.isOwn6(lastHigh, lastLow)) {
            return Fate.TUN;
        }
        if (AddressScope.isGroup6(lastHigh)) {
            return Fate.GROUP;
        }
        boolean staysHere =
                AddressScope.staysHere6(lastHigh, lastLow)
                        || AddressScope.staysHere6(lastSourceHigh, lastSourceLow);
        Peer owner = routes.lookup6(lastHigh, lastLow);
        int ours = forwarding.network6(lastHigh, lastLow);
        return isNear6(ours)
                ? Fate.TUN
                : decide(owner, routes.length6(lastHigh, lastLow), ours, staysHere);
    }

    private boolean isNear4(int destination, int ours) {
        NearNetworks near = forwarding.near();
        int length = near == null ? -1 : near.networks().length4(destination);
        return length >= 0 && length >= Math.max(ours, routes.length4(destination));
    }

    private boolean isNear6(int ours) {
        NearNetworks near = forwarding.near();
        int length = near == null ? -1 : near.networks().length6(lastHigh, lastLow);
        return length >= 0 && length >= Math.max(ours, routes.length6(lastHigh, lastLow));
    }

    /**
     * @param length of the owner's prefix, or -1
     * @param ours length of this node's own network that the destination is in, or -1
     */
    private Fate decide(Peer owner, int length, int ours, boolean staysHere) {
        if (owner == null || owner == lastFrom) {
            // A default route to the peer that sent it says nothing about what is behind us; but
            // the kernel's route to any other prefix of a peer, and to our network, leads to TUN.
            if (forwarding.near() != null && length <= 0 && ours < 0) {
                return Fate.TUN;
            }
            return owner == null ? Fate.NOT_FOR_US : Fate.BACK;
        }
        if (forwarding.betweenPeers() == Forwarding.BetweenPeers.DROP) {
            return Fate.OFF;
        }
        if (staysHere) {
            return Fate.SCOPE;
        }
        if (!owner.relaysWith(lastFrom) || !lastFrom.relaysWith(owner)) {
            return Fate.REFUSED;
        }
        peer = owner;
        return Fate.PEER;
    }
}
