package dev.taltun.control;

import dev.taltun.peer.Peer;
import dev.taltun.protocol.ControlFrame;

/**
 * How long packets take through the relay to one peer and back: measured as soon as some go that
 * way, and again every ten seconds while they do. Control agent's thread.
 */
final class RelayRtt {
    private static final long AGAIN_NANOS = 10_000_000_000L;

    private final Paths paths;
    private final Peer peer;
    private long transaction;

    /** When the probe that waits for its answer was sent, or 0. */
    private long sentAt;

    private long nextAt;
    private long last = -1;

    RelayRtt(Paths paths, Peer peer) {
        this.paths = paths;
        this.peer = peer;
    }

    /** In nanoseconds; -1 if never measured. */
    long last() {
        return last;
    }

    /** Packets go through the relay. */
    void measure(long number, long now) {
        LighthouseLink carrier = paths.carrier();
        if (carrier == null || now < nextAt) {
            return;
        }
        if (carrier.passOn(peer.publicKey(), ControlFrame.TYPE_RELAY_PROBE, number, now)) {
            transaction = number;
            sentAt = now;
            nextAt = now + AGAIN_NANOS;
        }
    }

    /** Another passes packets on. */
    void forget() {
        last = -1;
        sentAt = 0;
        nextAt = 0;
    }

    void answered(long number, long now) {
        if (sentAt != 0 && number == transaction) {
            last = now - sentAt;
            sentAt = 0;
        }
    }
}
