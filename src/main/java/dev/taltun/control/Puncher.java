package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.protocol.HandshakeInitiation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Simultaneous open: both sides shake hands with every place at which the other may be, at the same
 * time, so that the packets of each open its own NAT for those of the other.
 *
 * <pre>
 *   opening     to private places as they are, to all others with a hop limit that lets them
 *               through our NAT but not to the other's: one that is not yet open might take what
 *               comes too early for a connection to itself, and then needs the port for that
 *   OPENED      through the relay, so that the other side knows; once, for the lighthouse sends it
 *               to wherever it sees the peer, which has paid for that with its question
 *   handshake   when the other side says OPENED, or has not for 1.5 s: to all, five times,
 *               100 to 300 ms apart; from the second on to our own NAT's address, too, which leads
 *               to a neighbour by a detour
 *   +1 s        the last answer had its time
 * </pre>
 *
 * <p>Each try is one initiation to many places (the first the same as the opening): the first that
 * arrives is answered, there where it came from, and the rest are repetitions that nobody answers.
 * Control agent's thread.
 */
final class Puncher {
    private static final long MILLI_NANOS = 1_000_000;

    /** It may be slow to hear of us. Longer, and too much time is lost with one that never will. */
    private static final long OPENED_PATIENCE_NANOS = 1500 * MILLI_NANOS;

    /** The other side may have heard of us, and opened, before we heard of it. */
    private static final long OPENED_BEFORE_NANOS = 3000 * MILLI_NANOS;

    private static final long TRY_NANOS = 100 * MILLI_NANOS;
    private static final long LAST_ANSWER_NANOS = 1000 * MILLI_NANOS;
    private static final int TRIES = 5;

    /** Least time from one beginning to the next, however often the peer asks for it. */
    private static final long AGAIN_NANOS = 1000 * MILLI_NANOS;

    /** Our router, and the next one, which drops it. */
    private static final int OPENING_HOPS = 2;

    /**
     * Initiations to places that nobody has seen the peer at, in one go, and to one address
     * whatever the ports: it may be that of somebody who has nothing to do with it. 6 x 148 bytes
     * and the two frames of the lighthouse (224, 80) are less than the 1232 that it cost the peer
     * to have them sent.
     */
    private static final int STRANGERS_MAX = 8;

    private static final int SHOTS_MAX = 6;

    /** A peer may say something else every time it makes itself known. */
    private static final int TARGETS_MAX = 16;

    private final PathParts parts;
    private final LongConsumer tellOpened;
    private final Predicate<Endpoint> isOurs;
    private final MemorySegment message = Arena.ofAuto().allocate(HandshakeInitiation.BYTES, 16);
    private final List<Target> targets = new ArrayList<>();

    /** 0 before the opening, then the number of the next try. */
    private int round;

    /** When we opened. */
    private long openedAt;

    /** When the other side last said that it has, or 0. */
    private long otherOpenedAt;

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

        /** Whether it is at the address of our own NAT: only if there is no way inside. */
        final boolean around;

        int tries;

        Target(Endpoint endpoint, boolean seen, boolean around) {
            this.endpoint = endpoint;
            this.seen = seen;
            this.around = around;
            isPrivate = Candidates.isPrivate(endpoint);
        }
    }

    /**
     * @param tellOpened tells the other side, at that time, that it may send
     * @param isOurs whether a place is at the address of our own NAT
     */
    Puncher(PathParts parts, LongConsumer tellOpened, Predicate<Endpoint> isOurs) {
        this.parts = parts;
        this.tellOpened = tellOpened;
        this.isOurs = isOurs;
    }

    boolean isActive() {
        return nextAt != 0;
    }

    /**
     * Begins, or adds places to what goes on.
     *
     * @param seen the one of them at which the lighthouse sees the peer, or null
     */
    void begin(List<Endpoint> places, Endpoint seen, long now) {
        if (!isActive()) {
            targets.clear();
            round = 0;
            strangers = 0;
            // An initiation of before may have gone to one of the places.
            long from = Math.max(now, parts.initiator().sentAt() + TRY_NANOS);
            nextAt = beganAt == 0 ? from : Math.max(from, beganAt + AGAIN_NANOS);
            beganAt = nextAt;
        }
        for (Endpoint place : places) {
            if (targets.size() < TARGETS_MAX
                    && targets.stream().noneMatch(target -> target.endpoint.sameRemote(place))) {
                boolean isSeen = seen != null && seen.sameRemote(place);
                targets.add(new Target(place, isSeen, isOurs.test(place)));
            }
        }
        if (targets.isEmpty()) {
            nextAt = 0;
        }
    }

    /** Ends: there is a session, or no more hope. */
    void stop() {
        nextAt = 0;
        otherOpenedAt = 0;
    }

    /** The other side says that it has opened its NAT. */
    void opened(long now) {
        otherOpenedAt = now;
        if (isWaiting()) {
            nextAt = now;
            onTimer(now);
        }
    }

    /** Whether we have opened, and not sent anything yet that may arrive. */
    private boolean isWaiting() {
        return nextAt != 0 && round == 1;
    }

    private boolean mayStart(long now) {
        boolean said = otherOpenedAt != 0 && otherOpenedAt >= openedAt - OPENED_BEFORE_NANOS;
        return said || now - openedAt >= OPENED_PATIENCE_NANOS;
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
            stop();
            parts.messages().abandonInitiation();
            return false;
        }
        if (isWaiting() && !mayStart(now)) {
            nextAt = openedAt + OPENED_PATIENCE_NANOS;
            return true;
        }
        send(now);
        return true;
    }

    private void send(long now) {
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
        // A near one answers what it got at the opening: the first try must not replace that.
        if (round == 1 || parts.messages().draft(parts.hello().suite(), message, now)) {
            parts.messages().copies(message, shots, now);
            round++;
        }
        nextAt = now + pause();
        if (opening) {
            openedAt = now;
            tellOpened.accept(now);
            nextAt = mayStart(now) ? now : now + OPENED_PATIENCE_NANOS;
        }
    }

    private boolean isWorthAShot(Target target, boolean opening) {
        if (target.around && round <= 1) {
            return false;
        }
        if (!target.seen) {
            // A NAT that sends the peer's own datagrams from elsewhere is none that must be opened.
            if ((opening && !target.isPrivate) || strangers == STRANGERS_MAX) {
                return false;
            }
        }
        int shots = 0;
        for (Target other : targets) {
            shots += other.endpoint.sameAddress(target.endpoint) ? other.tries : 0;
        }
        if (shots >= SHOTS_MAX) {
            return false;
        }
        strangers += target.seen ? 0 : 1;
        return true;
    }

    private long pause() {
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
