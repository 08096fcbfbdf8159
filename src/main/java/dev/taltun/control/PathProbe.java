package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.protocol.Probe;

/**
 * Asks a peer, on the direct path and no other, whether that works both ways: one question at a
 * time, a second apart. Control agent's thread.
 */
final class PathProbe {
    static final long AGAIN_NANOS = 1_000_000_000L;
    static final int UNANSWERED_MAX = 3;
    private static final long TIMEOUT_MIN_NANOS = 300_000_000L;

    private final PathParts parts;
    private long number;

    /** When the last one was sent, or 0. */
    private long sentAt;

    /** Whether it waits for its answer. */
    private boolean waiting;

    private int unanswered;

    /** Whether one was sent anew because the peer had moved, since the last answer. */
    private boolean excused;

    /** When the first of those that were not answered was sent. */
    private long silentSince;

    /** When to send the next one, or 0. */
    private long nextAt;

    private long rtt = -1;

    /** Where the last one went. */
    private Endpoint sentTo;

    PathProbe(PathParts parts) {
        this.parts = parts;
    }

    /** Last round trip in nanoseconds; -1 if there was none. */
    long rtt() {
        return rtt;
    }

    boolean isWaiting() {
        return waiting;
    }

    /** Whether three in a row were not answered. */
    boolean isInVain() {
        return unanswered >= UNANSWERED_MAX;
    }

    /** Whether something of the peer came directly although no probe is answered. */
    boolean isPeerHeard() {
        return parts.peer().lastReceived() > silentSince;
    }

    /** Counts anew, and sends one unless one is on its way. */
    void begin(long now) {
        unanswered = 0;
        excused = false;
        sendNow(now);
    }

    /** Sends one unless one is on its way. */
    void sendNow(long now) {
        if (!waiting) {
            send(now);
            parts.changed().accept(now);
        }
    }

    private void send(long now) {
        nextAt = 0;
        long next = parts.context().randomLong();
        Probe.put(parts.context().frame, 0, next);
        if (parts.send(Probe.BYTES, now)) {
            number = next;
            sentTo = parts.peer().endpoint();
            sentAt = now;
            waiting = true;
            silentSince = unanswered == 0 ? now : silentSince;
        } else {
            // No batch is free, or the socket is full.
            nextAt = now + TIMEOUT_MIN_NANOS;
        }
    }

    /** Sends the next one then. */
    void sendAt(long time) {
        nextAt = time;
    }

    /** Sends the next one a second after the last. */
    void sendAgain(long now) {
        nextAt = Math.max(now, sentAt + AGAIN_NANOS);
    }

    /** When another may be sent, a second after the last. */
    long againAt() {
        return sentAt + AGAIN_NANOS;
    }

    /** Ends. */
    void stop() {
        waiting = false;
        sentAt = 0;
        nextAt = 0;
    }

    /** The path is not to be believed in before one is answered. */
    void distrust() {
        unanswered = UNANSWERED_MAX;
    }

    /** An answer came; false if it is not to the last one. */
    boolean answered(long transaction, long now) {
        if (transaction != number || sentAt == 0) {
            return false;
        }
        rtt = now - sentAt;
        sentAt = 0;
        nextAt = 0;
        waiting = false;
        unanswered = 0;
        excused = false;
        return true;
    }

    private long timeout() {
        return rtt < 0 ? AGAIN_NANOS : Math.clamp(3 * rtt, TIMEOUT_MIN_NANOS, 3 * AGAIN_NANOS);
    }

    /**
     * Does what is due.
     *
     * @return false when one was not answered
     */
    boolean onTimer(long now) {
        boolean late = waiting && now >= sentAt + timeout();
        if (late && hasMoved() && !excused) {
            // It says nothing about where the peer is now. Who moves without end answers nowhere.
            late = false;
            excused = true;
            unanswered = 0;
            waiting = false;
            send(now);
        } else if (late) {
            waiting = false;
            unanswered++;
        } else if (nextAt != 0 && now >= nextAt) {
            send(now);
        }
        return !late;
    }

    private boolean hasMoved() {
        Endpoint at = parts.peer().endpoint();
        return at != null && sentTo != null && !at.sameRemote(sentTo);
    }

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        long at = nextAt == 0 ? Long.MAX_VALUE : nextAt;
        return waiting ? Math.min(at, sentAt + timeout()) : at;
    }
}
