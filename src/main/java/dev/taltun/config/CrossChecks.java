package dev.taltun.config;

import dev.taltun.crypto.PublicKey;
import dev.taltun.routing.IpAddress;
import dev.taltun.routing.IpPrefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What no value can tell alone: who shares a key, an address or a network with whom. */
final class CrossChecks {
    private static final String IPV4_ALL = "0.0.0.0/0";
    private static final String IPV6_ALL = "::/0";

    private record Owner(Object who, String name, boolean vip, Source source) {}

    private final Problems problems;
    private final Map<IpPrefix, Owner> owners = new HashMap<>();
    private final Map<PublicKey, PeerDraft> keys = new HashMap<>();

    CrossChecks(Problems problems) {
        this.problems = problems;
    }

    void check(InterfaceDraft iface, List<PeerDraft> peers) {
        for (PlacedPrefix vip : iface.vips()) {
            claimed(vip, iface, "this node", true);
        }
        for (PeerDraft peer : peers) {
            key(iface.config().publicKey(), peer);
            String name = "peer \"" + Shown.plain(peer.config().name()) + "\"";
            peer.vips().forEach(vip -> claimed(vip, peer, name, true));
            peer.allowed().forEach(network -> claimed(network, peer, name, false));
        }
        if (iface.config().mode() == Mode.CLIENT) {
            endpoints(iface.header(), peers);
        }
        if (iface.config().mode() != Mode.LIGHTHOUSE) {
            relays(peers);
        }
        List<IpPrefix> routes = routes(iface, peers);
        peers.forEach(peer -> swallowed(iface.header(), peer.config(), routes));
        oneFamily(iface.header(), routes);
    }

    private static List<IpPrefix> routes(InterfaceDraft iface, List<PeerDraft> peers) {
        return iface.routesGiven()
                ? iface.config().routes()
                : peers.stream().flatMap(peer -> peer.config().prefixes()).toList();
    }

    /**
     * The tunnel's own datagrams would be routed into it, unless a longer prefix leads out. A
     * default route does not do that: it is in a table of its own, which they do not see.
     */
    private void swallowed(Source place, PeerConfig peer, List<IpPrefix> routes) {
        Optional<IpAddress> address = peer.endpoint().flatMap(Endpoint::address);
        if (address.isEmpty()) {
            return; // A name is asked for past the tunnel, by name servers not known here.
        }
        for (IpPrefix route : routes) {
            if (route.length() > 0 && route.contains(address.get())) {
                problems.warning(
                        place,
                        route
                                + " is routed into the tunnel, and with it the way to "
                                + peer.endpoint().get(),
                        "see that another route leads there, or give routes without it");
                return;
            }
        }
    }

    /** Whoever sends everything through the tunnel would hardly expect half of it beside it. */
    private void oneFamily(Source place, List<IpPrefix> routes) {
        boolean v4 = routes.stream().anyMatch(route -> route.length() == 0 && !route.v6());
        boolean v6 = routes.stream().anyMatch(route -> route.length() == 0 && route.v6());
        if (v4 != v6) {
            problems.warning(
                    place,
                    (v4 ? IPV4_ALL : IPV6_ALL)
                            + " is routed into the tunnel and "
                            + (v4 ? IPV6_ALL : IPV4_ALL)
                            + " is not: "
                            + (v4 ? "IPv6" : "IPv4")
                            + " leaves beside it, unprotected",
                    "add \"" + (v4 ? IPV6_ALL : IPV4_ALL) + "\" beside it");
        }
    }

    private void key(PublicKey own, PeerDraft peer) {
        PublicKey key = peer.config().publicKey();
        if (key.equals(own)) {
            problems.error(
                    peer.keySource(),
                    "the peer's key is this node's own key",
                    "run \"taltun pubkey\" on the peer and use what it prints");
            return;
        }
        PeerDraft other = keys.putIfAbsent(key, peer);
        if (other != null) {
            problems.error(
                    peer.keySource(),
                    "the same key as in " + other.keySource().brief(),
                    "give each peer its own key, or make the two entries one");
        }
    }

    private void claimed(PlacedPrefix placed, Object who, String name, boolean vip) {
        IpPrefix prefix = vip ? placed.prefix().host() : placed.prefix();
        Owner other = owners.putIfAbsent(prefix, new Owner(who, name, vip, placed.source()));
        // A peer whose allowed_ips repeat its own VIP, as wg's users write it, contradicts nobody.
        if (other == null || (other.who.equals(who) && !(vip && other.vip))) {
            return;
        }
        String shown = prefix.isHost() ? prefix.address().toString() : prefix.toString();
        String what = vip && other.vip ? "the VIP of " : "routed to ";
        problems.error(
                placed.source(),
                shown + " is already " + what + other.name + " (" + other.source.brief() + ")",
                "give it to one of them only");
    }

    /** Only lighthouses relay to a peer that has an entry of its own, and nobody to them. */
    private void relays(List<PeerDraft> peers) {
        for (PeerDraft peer : peers) {
            if (peer.config().path() == PathWish.RELAY && peer.config().lighthouse()) {
                problems.warning(
                        peer.pathSource(),
                        "peer "
                                + Shown.quoted(peer.config().name())
                                + " is a lighthouse itself, which is always reached directly",
                        "leave path out, or lighthouse = true if it is none");
            }
        }
        if (peers.stream().anyMatch(peer -> peer.config().lighthouse())) {
            return;
        }
        for (PeerDraft peer : peers) {
            if (peer.config().path() == PathWish.RELAY) {
                problems.warning(
                        peer.pathSource(),
                        "peer "
                                + Shown.quoted(peer.config().name())
                                + " is to be reached through a lighthouse only, and there is none,"
                                + " so nothing reaches it",
                        "add the lighthouse as a peer with lighthouse = true, or leave path out");
            }
        }
    }

    private void endpoints(Source place, List<PeerDraft> peers) {
        if (peers.stream().noneMatch(peer -> peer.config().endpoint().isPresent())) {
            problems.warning(
                    place,
                    "no peer has an endpoint, so this client can only wait to be called",
                    "give the server's peer entry endpoint = \"host:port\"");
        }
    }
}
