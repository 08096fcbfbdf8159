package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        PrefixTable<Peer> routes = table.routes();
        for (PeerController peer : added) {
            routes = withRoutes(routes, peer);
        }
        table.publish(routes);
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

    private PeerController make(PeerSpec spec) {
        if (spec.publicKey().equals(context.identity.publicKey())) {
            throw new IllegalArgumentException(
                    "the public key of "
                            + spec.name()
                            + " is our own; ask the peer for the output of 'taltun pubkey'");
        }
        return new PeerController(context, spec);
    }

    /**
     * Adds, changes and removes, with all routes in one new snapshot; everything or nothing.
     *
     * @param wanted to add, or to change if they are there
     * @param unwanted to remove if they are there
     * @return those added, not yet started
     * @throws IllegalArgumentException if a new key is our own or no good
     */
    List<PeerController> reconfigure(List<PeerSpec> wanted, List<PublicKey> unwanted, long now) {
        List<PeerController> added = new ArrayList<>();
        try {
            for (PeerSpec spec : wanted) {
                if (!peers.containsKey(spec.publicKey())) {
                    added.add(make(spec));
                }
            }
        } catch (IllegalArgumentException e) {
            added.forEach(PeerController::close);
            throw e;
        }
        PrefixTable<Peer> routes = table.routes();
        List<PeerController> removed = new ArrayList<>();
        for (PublicKey key : unwanted) {
            PeerController peer = peers.remove(key);
            if (peer != null) {
                routes = withoutRoutes(routes, peer);
                removed.add(peer);
            }
        }
        // A prefix may move from one changed peer to another: first all lose, then all get.
        for (PeerSpec spec : wanted) {
            PeerController peer = peers.get(spec.publicKey());
            if (peer != null) {
                routes = withoutRoutes(routes, peer);
                peer.update(spec, now);
            }
        }
        added.forEach(peer -> peers.put(peer.peer().publicKey(), peer));
        for (PeerSpec spec : wanted) {
            routes = withRoutes(routes, peers.get(spec.publicKey()));
        }
        table.publish(routes);
        removed.forEach(PeerController::close);
        return added;
    }

    /** Takes over changed wishes for a peer. */
    void update(PeerSpec spec, long now) {
        PeerController peer = known(spec.publicKey());
        PrefixTable<Peer> routes = withoutRoutes(table.routes(), peer);
        peer.update(spec, now);
        table.publish(withRoutes(routes, peer));
    }

    /** Removes a peer, with its routes, sessions and indices. */
    void remove(PublicKey key) {
        PeerController peer = known(key);
        table.publish(withoutRoutes(table.routes(), peer));
        peers.remove(key);
        peer.close();
    }

    private PeerController known(PublicKey key) {
        PeerController peer = peers.get(key);
        if (peer == null) {
            throw new IllegalArgumentException("there is no peer with the public key " + key);
        }
        return peer;
    }

    /** A prefix that another peer has moves to this one, as wg(8) has it. */
    private static PrefixTable<Peer> withRoutes(PrefixTable<Peer> routes, PeerController peer) {
        PrefixTable<Peer> next = routes;
        for (IpPrefix prefix : peer.allowedIps()) {
            next = next.with(prefix, peer.peer());
        }
        return next;
    }

    private static PrefixTable<Peer> withoutRoutes(PrefixTable<Peer> routes, PeerController peer) {
        PrefixTable<Peer> next = routes;
        for (IpPrefix prefix : peer.allowedIps()) {
            if (next.get(prefix) == peer.peer()) {
                next = next.without(prefix);
            }
        }
        return next;
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
}
