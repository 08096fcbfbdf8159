package dev.taltun.peer;

import dev.taltun.routing.PrefixTable;

/**
 * Which peer has which addresses: an immutable snapshot behind one volatile reference.
 *
 * <p>The control agent replaces the snapshot; packet threads take it once per step.
 */
public final class PeerTable {
    private volatile PrefixTable<Peer> routes;

    /**
     * @param routes every peer's allowed IPs
     */
    public PeerTable(PrefixTable<Peer> routes) {
        this.routes = routes;
    }

    /** The snapshot now. */
    public PrefixTable<Peer> routes() {
        return routes;
    }

    /** Publishes another snapshot. Control agent only. */
    public void publish(PrefixTable<Peer> next) {
        routes = next;
    }
}
