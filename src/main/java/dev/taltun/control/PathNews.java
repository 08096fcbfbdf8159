package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.peer.Peer;

/**
 * Tells the user which way packets to one peer go: a few changes at once, and no more than one a
 * minute after that, for a lighthouse can cause as many as it likes. What is held back is told when
 * its time comes, unless the way is another by then, or the user knows it; while that is in doubt
 * it goes on waiting. Control agent's thread.
 */
final class PathNews {
    static final long EVERY_NANOS = 60_000_000_000L;
    static final int AT_ONCE = 6;

    /** What is in doubt is looked at again. */
    private static final long DOUBT_NANOS = 1_000_000_000L;

    /**
     * One line.
     *
     * @param relay null on a direct path
     */
    private record Line(Endpoint endpoint, Peer relay, String reason) {
        Line by(Peer other) {
            return new Line(null, other, reason);
        }
    }

    private final Allowance lines = new Allowance(EVERY_NANOS, AT_ONCE);
    private final ControlListener listener;
    private final Peer peer;
    private Line told;

    /** What the user should know and does not, or null. */
    private Line held;

    /** Not to be told before. */
    private long notBefore;

    PathNews(ControlListener listener, Peer peer) {
        this.listener = listener;
        this.peer = peer;
    }

    /** Packets take the direct path. */
    void direct(long now) {
        tell(new Line(peer.endpoint(), null, ""), now);
    }

    /** Packets take the relay. */
    void relayed(Peer relay, String reason, long now) {
        tell(new Line(null, relay, reason), now);
    }

    /** The way is another: what was held back is not so any more. */
    void over() {
        held = null;
    }

    private void tell(Line line, long now) {
        if (lines.take(now)) {
            say(line);
        } else {
            held = line.equals(told) ? null : line;
        }
    }

    private void say(Line line) {
        held = null;
        told = line;
        if (line.relay == null) {
            listener.pathDirect(peer, line.endpoint);
        } else {
            listener.pathRelayed(peer, line.relay, line.reason);
        }
    }

    /**
     * Does what is due.
     *
     * @param direct whether packets take the direct path
     * @param relay whom they take otherwise, or null
     */
    void onTimer(boolean direct, Peer relay, long now) {
        if (held == null || now < deadline()) {
            return;
        }
        if ((held.relay == null) != direct || (!direct && relay == null)) {
            notBefore = now + DOUBT_NANOS;
            return;
        }
        // Where the peer is, and who relays, may be another meanwhile: as it is now.
        Line line = direct ? new Line(peer.endpoint(), null, "") : held.by(relay);
        if (line.equals(told)) {
            held = null;
        } else if (lines.take(now)) {
            say(line);
        }
    }

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        return held == null ? Long.MAX_VALUE : Math.max(lines.nextAt(), notBefore);
    }
}
