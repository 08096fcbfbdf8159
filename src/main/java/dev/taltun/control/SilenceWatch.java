package dev.taltun.control;

import dev.taltun.peer.Peer;

/** Looks whether a peer still answers what it is sent directly. Control agent's thread. */
final class SilenceWatch {
    private static final long MILLI_NANOS = 1_000_000;
    private static final long SECOND_NANOS = 1000 * MILLI_NANOS;

    /** What is sent is not answered for this long: time for a probe. */
    private static final long SILENCE_NANOS = 400 * MILLI_NANOS;

    /** How often to look for silence while something is sent. */
    private static final long LOOK_NANOS = 200 * MILLI_NANOS;

    /** What comes back tells that a path is good: no word for so long, and we cannot know. */
    private static final long IDLE_NANOS = 30 * SECOND_NANOS;

    /** NATs that forget UDP after 15 s are not rare: one second to notice, and one to be safe. */
    private static final long FORGOTTEN_NANOS = 13 * SECOND_NANOS;

    private final Peer peer;
    private final PathProbe probe;
    private long lookedAt;

    SilenceWatch(Peer peer, PathProbe probe) {
        this.peer = peer;
        this.probe = probe;
    }

    /** Sends a probe if there is reason to. */
    void look(long now) {
        lookedAt = now;
        if (!probe.isWaiting() && now >= probeAt()) {
            probe.sendNow(now);
        }
    }

    private long probeAt() {
        long awaiting = peer.awaitingReplySince();
        return awaiting == 0 ? Long.MAX_VALUE : Math.max(awaiting + SILENCE_NANOS, probe.againAt());
    }

    /** Whether nothing came for so long that a NAT may have forgotten the peer. */
    boolean isIdle(long now) {
        long last = Math.max(peer.lastSent(), peer.lastReceived());
        return now - peer.lastReceived() >= IDLE_NANOS || now - last >= FORGOTTEN_NANOS;
    }

    /** When to look next, or {@link Long#MAX_VALUE}. */
    long deadline() {
        if (probe.isWaiting()) {
            return Long.MAX_VALUE;
        }
        boolean inUse = peer.lastSent() > lookedAt - SECOND_NANOS;
        return Math.min(probeAt(), inUse ? lookedAt + LOOK_NANOS : Long.MAX_VALUE);
    }
}
