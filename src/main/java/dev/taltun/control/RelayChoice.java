package dev.taltun.control;

import dev.taltun.peer.Peer;
import java.util.HashMap;
import java.util.Map;

/**
 * Which lighthouse passes one peer's packets on: one that is alive and has not said that it does
 * not know the peer, and it stays while it is as good as any other, for a few milliseconds are not
 * worth a change of path.
 *
 * <pre>
 *   reaches the peer    it told where the peer is, packets or answers of the peer came through it
 *   does not            it said so, or two probes through it were not answered while another
 *                       lighthouse reaches the peer
 * </pre>
 *
 * <p>What is not known yet is tried. Control agent's thread.
 */
final class RelayChoice {
    private static final int DEAD = 0;
    private static final int REFUSING = 1;
    private static final int DOUBTED = 2;
    private static final int UNSURE = 3;
    private static final int GOOD = 4;
    private static final long ANSWERED_NANOS = 1_000_000_000L;
    private static final long BROUGHT_NANOS = 30_000_000_000L;

    private final Paths paths;
    private final Peer peer;
    private final RelayRtt rtt;

    /** Whether each lighthouse reaches the peer, as far as it showed. */
    private final Map<LighthouseLink, Boolean> reaching = new HashMap<>();

    /** When a lighthouse last brought packets of the peer, as far as that was looked at. */
    private final Map<LighthouseLink, Long> brought = new HashMap<>();

    private LighthouseLink current;

    RelayChoice(PathParts parts, Paths paths) {
        this.paths = paths;
        peer = parts.peer();
        rtt = new RelayRtt(parts.context(), peer);
    }

    /** Who passes packets on, dead or alive; null when there is no lighthouse. */
    LighthouseLink current() {
        return current;
    }

    /** Whether it is alive, and known to reach the peer. */
    boolean isGood() {
        return current != null && current.isAlive() && reaches(current);
    }

    boolean isAlive() {
        return current != null && current.isAlive();
    }

    /** Whether it is alive, and there is no reason to doubt that. */
    boolean isTrusted() {
        return current != null && current.isTrusted();
    }

    /** Whether it is alive, and has not shown that it does not reach the peer. */
    boolean isUseful() {
        return current != null && grade(current) > REFUSING;
    }

    /** Round trip through it in nanoseconds; -1 if never measured. */
    long rtt() {
        return rtt.last();
    }

    private boolean reaches(LighthouseLink link) {
        return reaching.getOrDefault(link, false);
    }

    private boolean refuses(LighthouseLink link) {
        return !reaching.getOrDefault(link, true);
    }

    private int grade(LighthouseLink link) {
        if (!link.isAlive()) {
            return DEAD;
        }
        if (refuses(link)) {
            return REFUSING;
        }
        if (!link.isTrusted()) {
            return DOUBTED;
        }
        return reaches(link) ? GOOD : UNSURE;
    }

    /** Something about the lighthouses changed; true if another passes packets on now, or none. */
    boolean choose() {
        reaching.keySet().retainAll(paths.lighthouses());
        brought.keySet().retainAll(paths.lighthouses());
        LighthouseLink best = null;
        for (LighthouseLink link : paths.lighthouses()) {
            if (best == null || isBetter(link, best)) {
                best = link;
            }
        }
        boolean kept = paths.lighthouses().contains(current) && grade(current) >= grade(best);
        if (kept || best == current) {
            return false;
        }
        current = best;
        rtt.use(best);
        return true;
    }

    private boolean isBetter(LighthouseLink one, LighthouseLink other) {
        if (grade(one) != grade(other)) {
            return grade(one) > grade(other);
        }
        return one.rtt() >= 0 && (other.rtt() < 0 || one.rtt() < other.rtt());
    }

    /** A lighthouse reaches the peer. */
    void reached(LighthouseLink link) {
        reaching.put(link, true);
        choose();
    }

    /** A lighthouse says that it does not know the peer, or may not tell. */
    void refused(LighthouseLink link, long now) {
        // One that brings packets of the peer passes on others to it, too: it may be plain
        // WireGuard, which does not register.
        Long broughtAt = brought.get(link);
        if (broughtAt == null || now - broughtAt >= BROUGHT_NANOS) {
            reaching.put(link, false);
            choose();
        }
    }

    /** Looks through whom packets of the peer came; false if none did since the last time. */
    boolean cameThrough(long now) {
        Peer by = peer.takeCameThrough();
        for (LighthouseLink link : paths.lighthouses()) {
            if (link.peer() == by) {
                brought.put(link, now);
                if (link != current) {
                    // It may have lost the way to the one that we use.
                    rtt.hurry(now);
                }
                reached(link);
                return true;
            }
        }
        return false;
    }

    /** Packets go through the relay: measures how long that takes, now and then. */
    void measure(long now) {
        rtt.measure(now);
    }

    /** A probe through the relay was answered. */
    void answered(LighthouseLink link, long number, long now) {
        if (rtt.answered(number, now)) {
            reaching.put(link, true);
        }
    }

    long deadline() {
        return rtt.deadline();
    }

    /** Does what is due; true if another passes packets on now. */
    boolean onTimer(long now) {
        Long broughtAt = brought.get(current);
        boolean answered = broughtAt != null && now - broughtAt < ANSWERED_NANOS;
        if (rtt.onTimer(now) || answered) {
            return false;
        }
        for (LighthouseLink link : paths.lighthouses()) {
            if (link != current && link.isAlive() && reaches(link)) {
                reaching.put(current, false);
                return choose();
            }
        }
        return false;
    }
}
