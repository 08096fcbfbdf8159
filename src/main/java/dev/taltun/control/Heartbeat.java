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

    /**
     * The peer asks in place of its own, so that both hear of each other. Ours is due if it stops:
     * a little later than the next question, lest both go out each time. Of two that ask at the
     * same moment that goes for the one whose handshake it was not.
     */
    void asked(long now, boolean initiator) {
        from = initiator ? now : now + SECOND_NANOS;
    }

    /**
     * When the next is due; {@link Long#MAX_VALUE} if it is off or the peer is nowhere.
     *
     * @param answered whether it will be: what comes is no reason to send none then, else the two
     *     ends would soon take turns, and some NATs only stay open for what comes from inside
     */
    long deadline(Peer peer, boolean answered) {
        if (seconds == 0 || peer.endpoint() == null) {
            return Long.MAX_VALUE;
        }
        long heard = answered ? 0 : peer.lastReceived();
        long last = Math.max(from, Math.max(peer.lastSent(), heard));
        return last + seconds * SECOND_NANOS;
    }
}
