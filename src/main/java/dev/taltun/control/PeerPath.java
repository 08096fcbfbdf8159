package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.Probe;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The way to a peer that floats: through a lighthouse until a direct path is proven, and again when
 * that fails.
 *
 * <pre>
 *             packets through the relay: QUERY, places, Puncher, session, probe
 *    RELAYED ---------------------------- probe answered ----------------------&gt; DIRECT
 *       ^ ^                                                                      |    ^
 *       | `---- 3 unanswered, unreachable, session gone ---- DOUBT &lt;--- 1 probe -'    |
 *       |                                                      `------- answered -----'
 *       `---- 13 s of nothing: a NAT may have forgotten ------- DIRECT
 * </pre>
 *
 * <p>In DOUBT packets go through the relay while probes still try the direct path, every second. A
 * path that fails again soon after it was taken has to wait, each time twice as long. Only an
 * answered probe proves a path: a packet that came says nothing about the way back. Control agent's
 * thread.
 */
final class PeerPath implements PathRole {
    private static final long MILLI_NANOS = 1_000_000;
    private static final long SECOND_NANOS = 1000 * MILLI_NANOS;

    /** What is sent is not answered for this long: time for a probe. */
    private static final long SILENCE_NANOS = 400 * MILLI_NANOS;

    /** From one probe to the next. */
    private static final long PROBE_NANOS = SECOND_NANOS;

    private static final long PROBE_TIMEOUT_MIN_NANOS = 300 * MILLI_NANOS;

    /** How often to look for silence while something is sent. */
    private static final long LOOK_NANOS = 200 * MILLI_NANOS;

    private static final int UNANSWERED_MAX = 3;

    /** What comes back tells that a path is good: no word for so long, and we cannot know. */
    private static final long IDLE_NANOS = 30 * SECOND_NANOS;

    /** NATs that forget UDP after 15 s are not rare: one second to notice, and one to be safe. */
    private static final long FORGOTTEN_NANOS = 13 * SECOND_NANOS;

    /** A peer that guesses ports is done by then. */
    private static final long TURN_NANOS = 10 * SECOND_NANOS;

    private static final String TRYING = "trying its places";
    private static final long ASK_AGAIN_NANOS = SECOND_NANOS;
    private static final int QUESTIONS_MAX = 3;
    private static final long RETRY_NANOS = 60 * SECOND_NANOS;
    private static final long HOLD_MIN_NANOS = 2 * SECOND_NANOS;
    private static final int HOLD_DOUBLINGS_MAX = 5;
    private static final long STABLE_NANOS = 60 * SECOND_NANOS;

    private enum State {
        RELAYED,
        DIRECT,
        DOUBT
    }

    private final PathParts parts;
    private final Paths paths;
    private final PathChoice choice;
    private final Peer peer;
    private final Puncher puncher;
    private final PortPredictor predictor;
    private final RelayRtt relayRtt;

    /** What a lighthouse last said of the peer. */
    private Hearsay last = new Hearsay(List.of(), null, 0, false, 0);

    private State state = State.RELAYED;
    private String reason = "nothing was sent yet";

    /** When {@link #state} last changed between relay and direct path, or 0. */
    private long changedAt;

    private int flaps;

    /** Not to be taken for direct before. */
    private long holdUntil;

    private int transaction;
    private int questions;

    /** When to ask again if no answer comes, or 0. */
    private long askAgainAt;

    /** From when on a packet through the relay is a reason to look for a better way. */
    private long lookAt;

    private long probe;
    private long probeSentAt;
    private boolean probing;
    private int unanswered;

    /** When to send the next probe, or 0. */
    private long probeAt;

    private long rtt = -1;
    private long lookedAt;

    PeerPath(PathParts parts, Paths paths, PathChoice choice) {
        this.parts = parts;
        this.paths = paths;
        this.choice = choice;
        peer = parts.peer();
        puncher = new Puncher(parts, this::tellOpened);
        predictor = new PortPredictor(parts, paths);
        relayRtt = new RelayRtt(paths, peer);
        paths.add(this);
        carrierChanged();
    }

    /** Another lighthouse passes packets on, or none. */
    void carrierChanged() {
        boolean relayed = choice != PathChoice.DIRECT;
        peer.relayThrough(relayed ? Paths.peerOf(paths.carrier()) : null);
        relayRtt.forget();
    }

    @Override
    public boolean shakesHands() {
        return state == State.DIRECT || paths.carrier() == null;
    }

    @Override
    public boolean seeks() {
        return choice == PathChoice.DIRECT && paths.carrier() != null;
    }

    // Looking for the peer.

    @Override
    public void onRelayed(long now) {
        relayRtt.measure(random(), now);
        if (choice == PathChoice.RELAY || paths.carrier() == null) {
            return;
        }
        if (state == State.DIRECT) {
            // The peer's packets come the other way: it has its doubts.
            probeNow(now);
        } else if (state == State.RELAYED && now >= lookAt && !isSeeking()) {
            questions = 0;
            transaction = (int) random();
            ask(now);
            if (parts.sessions().usable(now) != null) {
                // Idle until now, perhaps: then the path is still good.
                unanswered = 0;
                probeNow(now);
            }
        }
    }

    private boolean isSeeking() {
        return puncher.isActive() || predictor.isActive();
    }

    private void ask(long now) {
        boolean asked = false;
        for (LighthouseLink link : paths.lighthouses()) {
            asked |= link.query(peer.publicKey(), transaction, now);
        }
        if (asked) {
            questions++;
            askAgainAt = now + ASK_AGAIN_NANOS;
            lookAt = now + RETRY_NANOS;
            reason = "asking where it is";
        } else {
            lookAt = now + ASK_AGAIN_NANOS;
            reason = paths.anyAlive() ? "asks for others first" : "no lighthouse answers";
        }
        parts.changed().accept(now);
    }

    /** A lighthouse does not know where the peer is, or may not say. */
    void unknown(long now) {
        if (askAgainAt != 0) {
            askAgainAt = 0;
            reason = "the lighthouse does not know it, or may not tell";
            // It may be about to start.
            lookAt = now + 5 * SECOND_NANOS;
        }
    }

    /** A lighthouse tells where the peer may be. */
    void heard(Hearsay told, long now) {
        if (choice == PathChoice.RELAY || (told.answer() && told.transaction() != transaction)) {
            return;
        }
        askAgainAt = 0;
        lookAt = now + RETRY_NANOS;
        last = told;
        if ((state == State.DIRECT && told.answer()) || predictor.isActive()) {
            return;
        }
        reason = told.places().isEmpty() ? "none of its places is worth a try" : TRYING;
        puncher.begin(told.places(), told.seen(), now);
        parts.changed().accept(now);
    }

    /** All tries at its places came to nothing: its port may have to be guessed. */
    private void gaveUp(long now) {
        if (state == State.DIRECT) {
            return;
        }
        boolean ours = paths.portVaries();
        boolean its = last.varies();
        boolean allowed = paths.settings().punchPorts() > 0 && last.predicts();
        reason = "no answer from any of its places" + PortPredictor.why(ours, its, allowed);
        if (ours == its || !allowed || last.seen() == null || !last.seen().isIpv4()) {
            return;
        }
        PortPredictor.Part part = ours ? PortPredictor.Part.SPREADS : PortPredictor.Part.GUESSES;
        if (predictor.begin(part, last.seen(), now)) {
            reason = "guessing ports: " + reason;
        } else {
            reason += "; guessing ports later";
            lookAt = now + TURN_NANOS;
        }
    }

    PublicKey publicKey() {
        return peer.publicKey();
    }

    /** A probe through the relay was answered. */
    void onRelayAnswer(long number, long now) {
        relayRtt.answered(number, now);
    }

    /** The peer has opened its NAT for our packets. */
    void onOpened(long now) {
        puncher.opened(now);
        parts.changed().accept(now);
    }

    /** Tells the peer that our NAT is open for its packets. */
    private void tellOpened(long now) {
        if (paths.carrier() != null) {
            paths.carrier().passOn(peer.publicKey(), ControlFrame.TYPE_OPENED, 0, now);
        }
    }

    // The direct path.

    @Override
    public void onSession(long now) {
        puncher.stop();
        predictor.settle();
        if (state != State.DIRECT && choice != PathChoice.RELAY && paths.carrier() != null) {
            unanswered = 0;
            probeNow(now);
        }
    }

    private long random() {
        byte[] bytes = new byte[Long.BYTES];
        parts.context().random.fill(bytes);
        return ByteBuffer.wrap(bytes).getLong();
    }

    private void probeNow(long now) {
        if (!probing) {
            sendProbe(now);
            parts.changed().accept(now);
        }
    }

    private void sendProbe(long now) {
        probeAt = 0;
        MemorySegment frame = parts.context().frame;
        long number = random();
        Probe.put(frame, 0, number);
        if (parts.send(Probe.BYTES, now)) {
            probe = number;
            probeSentAt = now;
            probing = true;
        }
    }

    @Override
    public void onProbeAnswer(long number, long now) {
        if (number != probe || probeSentAt == 0) {
            return;
        }
        rtt = now - probeSentAt;
        probeSentAt = 0;
        probing = false;
        unanswered = 0;
        probeAt = 0;
        switch (state) {
            case RELAYED -> {
                if (now >= holdUntil) {
                    promote(now);
                } else {
                    probeAt = holdUntil;
                }
            }
            case DOUBT -> {
                state = State.DIRECT;
                peer.setDirect(true);
            }
            case DIRECT -> {}
        }
        parts.changed().accept(now);
    }

    private void promote(long now) {
        if (now - changedAt > STABLE_NANOS) {
            flaps = 0;
        }
        state = State.DIRECT;
        reason = "";
        changedAt = now;
        askAgainAt = 0;
        puncher.stop();
        peer.setDirect(true);
        parts.context().listener.pathDirect(peer, peer.endpoint());
    }

    private void demote(String why, long now) {
        flaps = now - changedAt > STABLE_NANOS ? 0 : Math.min(flaps + 1, HOLD_DOUBLINGS_MAX);
        holdUntil = now + (HOLD_MIN_NANOS << flaps);
        lookAt = now + SECOND_NANOS;
        relay(why, now);
        if (peer.relay() != null) {
            parts.context().listener.pathRelayed(peer, peer.relay(), why);
        }
    }

    private void relay(String why, long now) {
        state = State.RELAYED;
        reason = why;
        changedAt = now;
        probing = false;
        probeSentAt = 0;
        probeAt = 0;
        peer.setDirect(false);
        parts.initiator().complete();
    }

    @Override
    public void onUnreachable(long now) {
        if (state != State.RELAYED) {
            demote("the network says that it is unreachable", now);
        }
    }

    @Override
    public void networkChanged(long now) {
        lookAt = now;
        // What failed, failed elsewhere.
        holdUntil = 0;
        flaps = 0;
        if (state == State.DIRECT) {
            probeNow(now);
        } else if (state == State.DOUBT) {
            // Hardly a doubt any more: another path can be looked for at once.
            relay("the network in front of us changed", now);
        }
    }

    // Time.

    @Override
    public void onTimer(long now) {
        lookedAt = now;
        if (!puncher.onTimer(now)) {
            gaveUp(now);
        }
        if (!predictor.onTimer(now)) {
            reason = predictor.inVain();
            lookAt = Math.max(lookAt, now + SECOND_NANOS);
        }
        if (askAgainAt != 0 && now >= askAgainAt) {
            askAgainAt = 0;
            if (questions < QUESTIONS_MAX) {
                ask(now);
            } else {
                reason = "no lighthouse answers";
            }
        }
        if (state != State.RELAYED && parts.sessions().usable(now) == null) {
            demote("the session ended", now);
        }
        if (probing && now >= probeSentAt + probeTimeout()) {
            probing = false;
            unanswered(now);
        }
        if (probeAt != 0 && now >= probeAt) {
            sendProbe(now);
        }
        if (state == State.DIRECT) {
            watch(now);
        }
    }

    private void unanswered(long now) {
        unanswered++;
        if (state == State.DIRECT) {
            state = State.DOUBT;
            reason = "no answer on the direct path";
            peer.setDirect(false);
            // It may be that we are elsewhere, behind a NAT that began anew.
            paths.lighthouses().forEach(link -> link.confirm(now));
        }
        if (unanswered < UNANSWERED_MAX) {
            probeAt = Math.max(now, probeSentAt + PROBE_NANOS);
        } else if (state == State.DOUBT) {
            demote("no answer on the direct path", now);
        } else {
            reason = "packets come, but ours do not arrive";
        }
    }

    /** Looks for signs that the path does not work any more. */
    private void watch(long now) {
        long awaiting = peer.awaitingReplySince();
        if (!probing && awaiting != 0 && now >= probeDue(awaiting)) {
            sendProbe(now);
        }
        long last = Math.max(peer.lastSent(), peer.lastReceived());
        if (now - peer.lastReceived() >= IDLE_NANOS || now - last >= FORGOTTEN_NANOS) {
            lookAt = now;
            relay("idle", now);
        }
    }

    private long probeDue(long awaiting) {
        return Math.max(awaiting + SILENCE_NANOS, probeSentAt + PROBE_NANOS);
    }

    private long probeTimeout() {
        return rtt < 0
                ? PROBE_NANOS
                : Math.clamp(3 * rtt, PROBE_TIMEOUT_MIN_NANOS, 3 * PROBE_NANOS);
    }

    @Override
    public long deadline() {
        long at = Math.min(puncher.deadline(), predictor.deadline());
        if (askAgainAt != 0) {
            at = Math.min(at, askAgainAt);
        }
        if (probeAt != 0) {
            at = Math.min(at, probeAt);
        }
        if (probing) {
            at = Math.min(at, probeSentAt + probeTimeout());
        }
        if (state == State.DIRECT && !probing) {
            long awaiting = peer.awaitingReplySince();
            at = Math.min(at, awaiting == 0 ? Long.MAX_VALUE : probeDue(awaiting));
            boolean inUse = peer.lastSent() > lookedAt - SECOND_NANOS;
            at = Math.min(at, inUse ? lookedAt + LOOK_NANOS : Long.MAX_VALUE);
        }
        return at;
    }

    @Override
    public PathStatus status(long now) {
        LighthouseLink carrier = paths.carrier();
        if (carrier == null) {
            return PathStatus.plain(peer.endpoint());
        }
        boolean direct = state == State.DIRECT;
        boolean relayed = peer.relay() != null;
        PathStatus.Kind without = relayed ? PathStatus.Kind.RELAY : PathStatus.Kind.NONE;
        return new PathStatus(
                direct ? PathStatus.Kind.DIRECT : without,
                direct || !relayed ? "" : carrier.peer().name(),
                direct ? "" : choice == PathChoice.RELAY ? "path = \"relay\"" : reason,
                changedAt == 0 ? -1 : now - changedAt,
                rtt,
                relayRtt.last(),
                null,
                puncher.candidates());
    }

    @Override
    public void close() {
        peer.relayThrough(null);
        peer.setDirect(false);
        puncher.stop();
        predictor.close();
        paths.remove(this);
    }
}
