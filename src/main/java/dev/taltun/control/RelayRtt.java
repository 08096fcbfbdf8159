package dev.taltun.control;

import dev.taltun.peer.Peer;
import dev.taltun.protocol.ControlFrame;

/**
 * How long packets take through the relay to one peer and back: measured as soon as some go that
 * way, and again every ten seconds while they do. Control agent's thread.
 */
final class RelayRtt {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long AGAIN_NANOS = 10 * SECOND_NANOS;
    private static final long ANSWER_MIN_NANOS = 3 * SECOND_NANOS / 10;
    private static final int UNANSWERED_MAX = 2;

    private final ControlContext context;
    private final Peer peer;
    private LighthouseLink via;
    private long transaction;

    /** When the probe that waits for its answer was sent, or 0. */
    private long sentAt;

    private int unanswered;
    private long nextAt;
    private long last = -1;

    RelayRtt(ControlContext context, Peer peer) {
        this.context = context;
        this.peer = peer;
    }

    /** In nanoseconds; -1 if never measured. */
    long last() {
        return last;
    }

    /** Packets go through the relay. */
    void measure(long now) {
        if (via != null && sentAt == 0 && now >= nextAt) {
            send(now);
        }
    }

    private void send(long now) {
        long number = context.randomLong();
        if (via.passOn(peer.publicKey(), ControlFrame.TYPE_RELAY_PROBE, number, now)) {
            transaction = number;
            sentAt = now;
            nextAt = now + AGAIN_NANOS;
        }
    }

    /** There is a reason to doubt that the relay reaches the peer: measures soon. */
    void hurry(long now) {
        nextAt = Math.min(nextAt, Math.max(now, nextAt - AGAIN_NANOS + SECOND_NANOS));
    }

    /** Another passes packets on, or none. */
    void use(LighthouseLink next) {
        via = next;
        last = -1;
        sentAt = 0;
        unanswered = 0;
        nextAt = 0;
    }

    /** An answer came; false if it is not to the last probe. */
    boolean answered(long number, long now) {
        if (sentAt == 0 || number != transaction) {
            return false;
        }
        last = now - sentAt;
        sentAt = 0;
        unanswered = 0;
        return true;
    }

    long deadline() {
        return sentAt == 0 ? Long.MAX_VALUE : sentAt + timeout();
    }

    private long timeout() {
        return last < 0
                ? 2 * SECOND_NANOS
                : Math.clamp(3 * last, ANSWER_MIN_NANOS, 3 * SECOND_NANOS);
    }

    /**
     * Does what is due.
     *
     * @return false when two in a row were not answered
     */
    boolean onTimer(long now) {
        if (sentAt == 0 || now < sentAt + timeout()) {
            return true;
        }
        sentAt = 0;
        unanswered++;
        if (unanswered < UNANSWERED_MAX) {
            send(now);
            return true;
        }
        unanswered = 0;
        return false;
    }
}
