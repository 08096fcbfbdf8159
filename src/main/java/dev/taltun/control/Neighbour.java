package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.peer.Peer;

/**
 * Keeps packets to a peer behind the same NAT as ours inside. A NAT that hairpins leads them there
 * by its address outside, too, which costs two translations and the router's strength.
 *
 * <pre>
 *   a ---- LAN ---- b       inside: one switch
 *   `--- router ---'        around: out and back in
 * </pre>
 *
 * <p>Packets on both ways at the same moment would each lead the other side to the way they came,
 * for ever: whoever has found the way inside stays there. When something comes another way a probe
 * tells whether the peer has left, and if it is not answered at once the peer may roam as any
 * other. Control agent's thread.
 */
final class Neighbour {
    /** More than the round trip through a switch, and not worth mentioning. */
    private static final long ANSWER_NANOS = 50_000_000;

    /** Between one search and the next; each time twice as long, for there may be no way. */
    private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;

    private static final long LAST_PAUSE_NANOS = 3600 * FIRST_PAUSE_NANOS;

    private final PathParts parts;
    private final Paths paths;
    private final PathSearch search;
    private final CurrentPath path;
    private final PathProbe probe;

    /**
     * When it was last asked whether it is still inside, because something came otherwise; or 0.
     */
    private long doubtedAt;

    /** The same, whether there was an answer or not: a peer may send from two places for ever. */
    private long askedAt;

    private long pause;
    private long nextAt;

    Neighbour(PathParts parts, Paths paths, PathSearch search, CurrentPath path, PathProbe probe) {
        this.parts = parts;
        this.paths = paths;
        this.search = search;
        this.path = path;
        this.probe = probe;
    }

    /** Whether packets to the peer's endpoint go out to our own NAT's address and back in. */
    boolean isAround() {
        Endpoint at = parts.peer().endpoint();
        return at != null && paths.mapping().isOurs(at);
    }

    /** Stays inside, or looks for the way there; while there is a direct path. */
    void look(long now) {
        boolean direct = path.is(CurrentPath.State.DIRECT);
        boolean left = doubtedAt != 0 && now - doubtedAt >= ANSWER_NANOS;
        Peer peer = parts.peer();
        Endpoint at = peer.endpoint();
        boolean inside = at != null && search.isInside(at);
        // While something is looked for, too: what is on its way must not undo what is found.
        peer.setSettled(direct && !left && (inside || search.isActive()));
        if (inside) {
            networkChanged();
        } else if (direct && now >= nextAt && isAround() && !search.isActive()) {
            search.begin(now);
            pause = Math.clamp(2 * pause, FIRST_PAUSE_NANOS, LAST_PAUSE_NANOS);
            nextAt = now + pause;
        }
    }

    /** What was in vain before may not be now. */
    void networkChanged() {
        pause = 0;
        nextAt = 0;
    }

    /** A packet came another way than inside: the peer has left, or has yet to find the way. */
    void onElsewhere(long now) {
        if (askedAt == 0 || now - askedAt >= PathProbe.AGAIN_NANOS) {
            askedAt = now;
            doubtedAt = now;
            probe.sendNow(now);
        }
    }

    /** A probe was answered. */
    void onAnswer(long now) {
        doubtedAt = 0;
        look(now);
    }

    /** When to {@link #look}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        boolean waiting = doubtedAt != 0 && parts.peer().isSettled();
        return waiting ? doubtedAt + ANSWER_NANOS : Long.MAX_VALUE;
    }
}
