package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.protocol.ControlFrame;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for a direct path to one peer: asks all lighthouses where it is, and has its NAT and ours
 * opened; knows what came of that, in words. Control agent's thread.
 */
final class PathSearch {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** A peer that guesses ports is done by then. */
    private static final long TURN_NANOS = 10 * SECOND_NANOS;

    private static final long ASK_AGAIN_NANOS = SECOND_NANOS;
    private static final int QUESTIONS_MAX = 3;

    /** A peer that nobody knows may be about to start. */
    private static final long UNKNOWN_NANOS = 5 * SECOND_NANOS;

    private static final long RETRY_NANOS = 60 * SECOND_NANOS;

    private final PathParts parts;
    private final Paths paths;
    private final RelayChoice relays;
    private final Puncher puncher;
    private final PortPredictor predictor;

    /** What a lighthouse last said of the peer. */
    private Hearsay last = new Hearsay(List.of(), null, 0, false, 0);

    private String result = "nothing was sent yet";
    private int transaction;
    private int questions;

    /** When to ask again if no answer comes, or 0. */
    private long askAgainAt;

    /** From when on there may be another search. */
    private long nextAt;

    /** Whether the peer said that there is no use in it. */
    private boolean refused;

    PathSearch(PathParts parts, Paths paths, RelayChoice relays) {
        this.parts = parts;
        this.paths = paths;
        this.relays = relays;
        puncher = new Puncher(parts, this::tellOpened, paths.mapping()::isOurs);
        predictor = new PortPredictor(parts, paths);
    }

    /** What came of it so far, for the user. */
    String result() {
        return result;
    }

    void result(String words) {
        result = words;
    }

    boolean isActive() {
        return puncher.isActive() || predictor.isActive();
    }

    boolean isDue(long now) {
        return now >= nextAt && !isActive();
    }

    /** The next search is not due before that. */
    void notBefore(long time) {
        nextAt = time;
    }

    boolean isRefused() {
        return refused;
    }

    /** The peer says that there is no use in it: not for a while. */
    void giveUp(String why, long now) {
        stop();
        refused = true;
        result = why;
        nextAt = now + RETRY_NANOS;
    }

    List<PathStatus.Candidate> candidates() {
        return puncher.candidates();
    }

    /** Begins. */
    void begin(long now) {
        refused = false;
        questions = 0;
        transaction = (int) parts.context().randomLong();
        ask(now);
    }

    private void ask(long now) {
        boolean asked = false;
        for (LighthouseLink link : paths.lighthouses()) {
            asked |= link.query(parts.peer().publicKey(), transaction, now);
        }
        if (asked) {
            questions++;
            askAgainAt = now + ASK_AGAIN_NANOS;
            nextAt = now + RETRY_NANOS;
            result = "asking where it is";
        } else {
            nextAt = now + ASK_AGAIN_NANOS;
            result = paths.anyAlive() ? "asks for others first" : "no lighthouse answers";
        }
        parts.changed().accept(now);
    }

    /** A lighthouse does not know where the peer is, or may not say. */
    void unknown(long now) {
        if (askAgainAt != 0 && !relays.isUseful()) {
            askAgainAt = 0;
            result = "no lighthouse knows it, or may tell";
            nextAt = now + UNKNOWN_NANOS;
        }
    }

    /** Whether something answers what was asked last, or was not asked for. */
    boolean concerns(Hearsay told) {
        return !told.answer() || told.transaction() == transaction;
    }

    /**
     * A lighthouse tells where the peer may be.
     *
     * @param also where it may be, too, or null
     * @param wanted whether to do something about it
     * @param inside whether only places behind our own NAT are of use
     */
    void heard(Hearsay told, Endpoint also, boolean wanted, boolean inside, long now) {
        askAgainAt = 0;
        nextAt = now + RETRY_NANOS;
        last = told;
        if (!wanted || predictor.isActive()) {
            return;
        }
        List<Endpoint> places = new ArrayList<>(told.places());
        if (also != null) {
            places.add(also.withoutLocal());
        }
        places.removeIf(place -> inside && !isInside(place));
        if (places.isEmpty()) {
            // Another lighthouse may know more, and is not to wait for its turn then.
            result = isActive() ? result : "no place of it is known";
        } else {
            result = "trying its places";
            puncher.begin(places, told.seen(), now);
        }
        parts.changed().accept(now);
    }

    /** Whether the peer says that this is an address of its own, in a network like ours. */
    boolean isInside(Endpoint place) {
        boolean told = last.places().stream().anyMatch(place::sameRemote);
        return told && Candidates.isPrivate(place) && !paths.mapping().isOurs(place);
    }

    /** All tries at its places came to nothing: its port may have to be guessed. */
    private void gaveUp(long now) {
        boolean ours = paths.portVaries();
        boolean its = last.varies();
        boolean allowed = paths.settings().punchPorts() > 0 && last.predicts();
        result = "no answer from any of its places" + PortPredictor.why(ours, its, allowed);
        if (ours == its || !allowed || last.seen() == null || !last.seen().isIpv4()) {
            return;
        }
        PortPredictor.Part part = ours ? PortPredictor.Part.SPREADS : PortPredictor.Part.GUESSES;
        if (predictor.begin(part, last.seen(), now)) {
            result = "guessing ports: " + result;
        } else {
            result += "; guessing ports later";
            nextAt = now + TURN_NANOS;
        }
    }

    /** The peer has opened its NAT for our packets. */
    void opened(long now) {
        puncher.opened(now);
        parts.changed().accept(now);
    }

    /** Tells the peer that our NAT is open for its packets. */
    private void tellOpened(long now) {
        if (relays.current() != null) {
            relays.current().passOn(parts.peer().publicKey(), ControlFrame.TYPE_OPENED, 0, now);
        }
    }

    /** There is a session. */
    void settle() {
        puncher.stop();
        predictor.settle();
    }

    /** There is a direct path, or none is wanted. */
    void stop() {
        askAgainAt = 0;
        settle();
    }

    /**
     * Does what is due.
     *
     * @param direct whether there is a direct path
     */
    void onTimer(boolean direct, long now) {
        if (!puncher.onTimer(now) && !direct) {
            gaveUp(now);
        }
        if (!predictor.onTimer(now)) {
            result = predictor.inVain();
            nextAt = Math.max(nextAt, now + SECOND_NANOS);
        }
        if (askAgainAt != 0 && now >= askAgainAt) {
            askAgainAt = 0;
            if (questions < QUESTIONS_MAX) {
                ask(now);
            } else {
                result = "no lighthouse says where it is";
            }
        }
    }

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        long at = Math.min(puncher.deadline(), predictor.deadline());
        return askAgainAt == 0 ? at : Math.min(at, askAgainAt);
    }

    void close() {
        puncher.stop();
        predictor.close();
    }
}
