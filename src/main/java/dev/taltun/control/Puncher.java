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

    /** Least time from one beginning to the next, however often the peer asks for it. */
    private static final long AGAIN_NANOS = 1000 * MILLI_NANOS;

    /** Our router, and the next one, which drops it. */
    private static final int OPENING_HOPS = 2;

    /**
     * Initiations to places that nobody has seen the peer at, in one go, and to one address
     * whatever the ports: it may be that of somebody who has nothing to do with it. 8 x 148 bytes
     * are less than it cost the peer to have them sent.
     */
    private static final int STRANGERS_MAX = 8;

    private static final int SHOTS_MAX = 8;

    /** A peer may say something else every time it makes itself known. */
    private static final int TARGETS_MAX = 16;

    private final PathParts parts;
    private final List<Target> targets = new ArrayList<>();
    private int round;
    private int strangers;

    /** When it last began, or 0. */
    private long beganAt;

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
            nextAt = beganAt == 0 ? now : Math.max(now, beganAt + AGAIN_NANOS);
            beganAt = nextAt;
        }
        for (int i = 0; i < places.size(); i++) {
            Endpoint place = places.get(i);
            if (targets.size() < TARGETS_MAX
                    && targets.stream().noneMatch(target -> target.endpoint.sameRemote(place))) {
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
            if (isWorthAShot(target, opening)) {
                target.tries++;
                int hops = opening && !near ? OPENING_HOPS : 0;
                shots.add(new PeerMessages.Shot(target.endpoint, hops));
            }
        }
        if (shots.isEmpty() || parts.messages().initiation(parts.hello().suite(), shots, now)) {
            round++;
        }
        nextAt = now + pause(opening);
        return true;
    }

    private boolean isWorthAShot(Target target, boolean opening) {
        if (!target.seen) {
            // A NAT that sends the peer's own datagrams from elsewhere is none that must be opened.
            if ((opening && !target.isPrivate) || strangers == STRANGERS_MAX) {
                return false;
            }
        }
        int shots = 0;
        for (Target other : targets) {
            boolean same = other.endpoint.high() == target.endpoint.high();
            shots += same && other.endpoint.low() == target.endpoint.low() ? other.tries : 0;
        }
        if (shots >= SHOTS_MAX) {
            return false;
        }
        strangers += target.seen ? 0 : 1;
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
                .map(
                        target ->
                                new PathStatus.Candidate(
                                        target.endpoint,
                                        target.tries + (target.tries == 1 ? " try" : " tries")))
                .toList();
    }
}
