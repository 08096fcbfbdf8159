package dev.taltun.control;

import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;

/**
 * Notices that data sent to one peer has not been answered for 15 s and some jitter. Control
 * agent's thread.
 */
final class MissingReply {
    private static final long TIMEOUT_NANOS =
            Limits.KEEPALIVE_TIMEOUT_NANOS + Limits.REKEY_TIMEOUT_NANOS;

    private final ControlContext context;
    private final Peer peer;

    /** Addition to the wait. */
    private long jitter;

    MissingReply(ControlContext context, Peer peer) {
        this.context = context;
        this.peer = peer;
        jitter = context.jitter();
    }

    /** Since when there has been no reply, if that is too long, and then waits anew; else 0. */
    long takeDue(long now) {
        if (now < deadline()) {
            return 0;
        }
        long since = peer.awaitingReplySince();
        peer.clearAwaitingReply();
        jitter = context.jitter();
        return since;
    }

    /** When it will be too long, or {@link Long#MAX_VALUE}. */
    long deadline() {
        long since = peer.awaitingReplySince();
        return since == 0 ? Long.MAX_VALUE : since + TIMEOUT_NANOS + jitter;
    }
}
