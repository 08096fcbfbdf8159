package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * Simultaneous open: both sides shake hands with every place at which the other may be, at the same
 * time, so that the packets of each open its own NAT for those of the other.
 *
 * <pre>
 *   0 ms        opening: to private places as they are, to all others with a hop limit that lets
 *               them through our NAT but not to the other's: one that is not yet open might take
 *               what comes too early for a connection to itself, and then needs the port for that
 *   200 ms      handshake, to all; five times, 100 to 300 ms apart
 *   +1 s        the last answer had its time
 * </pre>
 *
 * <p>Each try is one initiation to many places: the first that arrives is answered, there where it
 * came from, and the rest are repetitions that nobody answers. Control agent's thread.
 */
final class Puncher {
    private static final long MILLI_NANOS = 1_000_000;
    private static final long OPENING_NANOS = 150 * MILLI_NANOS;
    private static final long TRY_NANOS = 100 * MILLI_NANOS;
    private static final long LAST_ANSWER_NANOS = 1000 * MILLI_NANOS;
    private static final int TRIES = 5;

    /** Our router, and the next one, which drops it. */
    private static final int OPENING_HOPS = 2;

    /**
     * Initiations to public places that nobody has seen the peer at, in one go: they may be those
     * of somebody who has nothing to do with it. 8 x 148 bytes are less than the question cost.
     */
    private static final int STRANGERS_MAX = 8;

    private final PathParts parts;
    private final List<Target> targets = new ArrayList<>();
    private int round;
    private int strangers;

    /** When to go on, or 0 while nothing goes on. */
    private long nextAt;

    /** One place. */
    private static final class Target {
        final Endpoint endpoint;

        /** Whether the lighthouse says that the peer's own datagrams come from there. */
        final boolean seen;

        final boolean isPrivate;
        int tries;

        Target(Endpoint endpoint, boolean seen) {
            this.endpoint = endpoint;
            this.seen = seen;
            isPrivate = Candidates.isPrivate(endpoint);
        }
    }

    Puncher(PathParts parts) {
        this.parts = parts;
    }

    boolean isActive() {
        return nextAt != 0;
    }

    /** Begins, or adds places to what goes on. The first of them is where the peer was seen. */
    void begin(List<Endpoint> places, long now) {
        if (!isActive()) {
            targets.clear();
            round = 0;
            strangers = 0;
            nextAt = now;
        }
        for (int i = 0; i < places.size(); i++) {
            Endpoint place = places.get(i);
            if (targets.stream().noneMatch(target -> target.endpoint.sameRemote(place))) {
                targets.add(new Target(place, i == 0));
            }
        }
        if (targets.isEmpty()) {
            nextAt = 0;
        }
    }

    /** Ends: there is a session, or no more hope. */
    void stop() {
        nextAt = 0;
    }

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        return nextAt == 0 ? Long.MAX_VALUE : nextAt;
    }

    /**
     * Does what is due.
     *
     * @return false when the last try came to nothing
     */
    boolean onTimer(long now) {
        if (nextAt == 0 || now < nextAt) {
            return true;
        }
        if (round > TRIES) {
            nextAt = 0;
            parts.messages().abandonInitiation();
            return false;
        }
        boolean opening = round == 0;
        List<PeerMessages.Shot> shots = new ArrayList<>();
        for (Target target : targets) {
            boolean near = target.isPrivate;
            boolean stranger = !near && !target.seen;
            if (stranger && !opening && strangers++ >= STRANGERS_MAX) {
                continue;
            }
            target.tries++;
            shots.add(new PeerMessages.Shot(target.endpoint, opening && !near ? OPENING_HOPS : 0));
        }
        if (parts.messages().initiation(parts.hello().suite(), shots, now)) {
            round++;
        }
        nextAt = now + pause(opening);
        return true;
    }

    private long pause(boolean opening) {
        if (opening) {
            return OPENING_NANOS + parts.context().upTo(TRY_NANOS);
        }
        return round > TRIES ? LAST_ANSWER_NANOS : TRY_NANOS + parts.context().upTo(2 * TRY_NANOS);
    }

    /** What the user sees of the places. */
    List<PathStatus.Candidate> candidates() {
        return targets.stream()
                .map(target -> new PathStatus.Candidate(target.endpoint, target.tries + " tries"))
                .toList();
    }
}
