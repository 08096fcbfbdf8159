package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * All peers by their keys, and the routes to them as packet threads see them. Control agent's
 * thread; before that starts, the composing one.
 */
final class PeerRegistry {
    private final ControlContext context;
    private final PeerTable table;
    private final Map<PublicKey, PeerController> peers = new LinkedHashMap<>();

    PeerRegistry(ControlContext context, PeerTable table) {
        this.context = context;
        this.table = table;
    }

    /**
     * Adds peers, with their routes in one new snapshot; all of them or none.
     *
     * @throws IllegalArgumentException if a key is there already, is our own or is no good
     */
    void add(List<PeerSpec> specs) {
        List<PeerController> added = new ArrayList<>();
        try {
            for (PeerSpec spec : specs) {
                added.add(add(spec));
            }
        } catch (IllegalArgumentException e) {
            for (PeerController peer : added) {
                peers.remove(peer.peer().publicKey());
                peer.close();
            }
            throw e;
        }
        RouteChange routes = new RouteChange();
        added.forEach(routes::give);
        routes.publish();
    }

    private PeerController add(PeerSpec spec) {
        if (peers.containsKey(spec.publicKey())) {
            throw new IllegalArgumentException(
                    "there is a peer with the public key " + spec.publicKey() + " already");
        }
        PeerController peer = make(spec);
        peers.put(spec.publicKey(), peer);
        return peer;
    }

    /**
     * Makes a peer that nobody knows yet.
     *
     * @throws IllegalArgumentException if its key is our own or no good
     */
    PeerController make(PeerSpec spec) {
        if (spec.publicKey().equals(context.identity.publicKey())) {
            throw new IllegalArgumentException(
                    "the public key of "
                            + spec.name()
                            + " is our own; ask the peer for the output of 'taltun pubkey'");
        }
        return new PeerController(context, spec);
    }

    /** Takes over changed wishes for a peer. */
    void update(PeerSpec spec, long now) {
        PeerController peer = known(spec.publicKey());
        RouteChange routes = new RouteChange();
        routes.take(peer);
        peer.update(spec, now);
        routes.give(peer);
        routes.publish();
    }

    /** Removes a peer, with its routes, sessions and indices. */
    void remove(PublicKey key) {
        PeerController peer = known(key);
        RouteChange routes = new RouteChange();
        routes.take(peer);
        routes.publish();
        peers.remove(key);
        peer.close();
    }

    /**
     * Makes changes as a control socket asks for them, with all routes in one new snapshot.
     *
     * @param started told each peer that is new
     * @throws IllegalArgumentException if a key is no good; the changes before it are made then
     */
    void change(List<PeerChange> changes, Consumer<PeerController> started, long now) {
        RouteChange routes = new RouteChange();
        List<PeerController> removed = new ArrayList<>();
        try {
            for (PeerChange change : changes) {
                PeerController peer = peers.get(change.publicKey());
                if (change.remove()) {
                    if (peer != null) {
                        routes.take(peer);
                        peers.remove(change.publicKey());
                        removed.add(peer);
                    }
                } else if (peer != null) {
                    change(peer, change, routes, now);
                } else if (change.makes(context.identity.publicKey())) {
                    PeerController made = add(change.appliedTo(change.ifNew()));
                    routes.give(made);
                    started.accept(made);
                }
            }
        } finally {
            routes.publish();
            removed.forEach(PeerController::close);
        }
    }

    private static void change(
            PeerController peer, PeerChange change, RouteChange routes, long now) {
        PeerSpec next = change.appliedTo(peer.spec());
        if (change.presharedKey() != null) {
            peer.presharedKey(next.presharedKey());
        }
        boolean otherRoutes = change.touchesAllowedIps();
        if (otherRoutes) {
            routes.take(peer);
        }
        peer.become(next, now);
        if (change.endpoint() != null) {
            peer.moveTo(change.endpoint(), now);
        }
        if (otherRoutes) {
            routes.give(peer);
        }
    }

    /** We are somebody else; a peer with our own key is none. */
    void identityChanged(long now) {
        if (peers.containsKey(context.identity.publicKey())) {
            remove(context.identity.publicKey());
        }
        peers.values().forEach(peer -> peer.identityChanged(now));
    }

    /** From now on it is one of all. */
    void register(PeerController peer) {
        peers.put(peer.peer().publicKey(), peer);
    }

    /** Nobody finds it any more, but it is not closed; null if it was not there. */
    PeerController unregister(PublicKey key) {
        return peers.remove(key);
    }

    RouteChange routeChange() {
        return new RouteChange();
    }

    private PeerController known(PublicKey key) {
        PeerController peer = peers.get(key);
        if (peer == null) {
            throw new IllegalArgumentException("there is no peer with the public key " + key);
        }
        return peer;
    }

    /** The peer with this key, or null. */
    PeerController find(PublicKey key) {
        return peers.get(key);
    }

    /** The controller of a peer, or null if it was removed. */
    PeerController find(Peer peer) {
        PeerController controller = peers.get(peer.publicKey());
        return controller != null && controller.peer() == peer ? controller : null;
    }

    Collection<PeerController> all() {
        return peers.values();
    }

    /** Removes all. */
    void close() {
        table.publish(PrefixTable.empty());
        peers.values().forEach(PeerController::close);
        peers.clear();
    }

    /**
     * The next snapshot of the routes, while it is being made. A prefix that another peer has moves
     * to the one that gets it, as wg(8) has it.
     */
    final class RouteChange {
        private final Map<Peer, Set<IpPrefix>> moved = new HashMap<>();
        private PrefixTable<Peer> routes = table.routes();

        void give(PeerController peer) {
            for (IpPrefix prefix : peer.allowedIps()) {
                Peer before = routes.get(prefix);
                if (before != null && before != peer.peer()) {
                    moved.computeIfAbsent(before, p -> new HashSet<>()).add(prefix);
                }
                routes = routes.with(prefix, peer.peer());
            }
        }

        void take(PeerController peer) {
            // Else what moved away would come back with the peer's next change.
            settle(peer);
            for (IpPrefix prefix : peer.allowedIps()) {
                if (routes.get(prefix) == peer.peer()) {
                    routes = routes.without(prefix);
                }
            }
        }

        private void settle(PeerController peer) {
            Set<IpPrefix> lost = moved.remove(peer.peer());
            if (lost != null) {
                peer.lose(lost);
            }
        }

        void publish() {
            List.copyOf(moved.keySet())
                    .forEach(
                            peer -> {
                                PeerController loser = find(peer);
                                if (loser != null) {
                                    settle(loser);
                                }
                            });
            table.publish(routes);
        }
    }
}
