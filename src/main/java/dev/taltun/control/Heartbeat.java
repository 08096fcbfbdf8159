package dev.taltun.control;

import dev.taltun.peer.Peer;

/**
 * When a peer is to hear of us although there is nothing to say, so that a NAT between us stays
 * open. Control agent's thread.
 */
final class Heartbeat {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private int seconds;

    /** When it was turned on, or last found no session to go through. */
    private long from;

    /**
     * Beats after so many seconds of silence; 0 for never.
     *
     * @return whether it was off before: one is due now, so that the NAT opens
     */
    boolean every(int keepaliveSeconds) {
        boolean on = seconds == 0 && keepaliveSeconds != 0;
        seconds = keepaliveSeconds;
        return on;
    }

    /** One was just sent, or could not be. */
    void restart(long now) {
        from = now;
    }

    /** When the next is due; {@link Long#MAX_VALUE} if it is off or the peer is nowhere. */
    long deadline(Peer peer) {
        if (seconds == 0 || peer.endpoint() == null) {
            return Long.MAX_VALUE;
        }
        long last = Math.max(from, Math.max(peer.lastSent(), peer.lastReceived()));
        return last + seconds * SECOND_NANOS;
    }
}
