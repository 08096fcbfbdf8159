package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.dataplane.ReceivedFrame;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.Observed;
import dev.taltun.protocol.PeerUpdate;
import dev.taltun.protocol.Query;
import dev.taltun.protocol.Register;
import dev.taltun.protocol.RelayProbe;
import dev.taltun.protocol.Whereabouts;
import dev.taltun.routing.IpPrefix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A lighthouse of ours: keeps this node registered there, asks it for peers, and knows whether it
 * is alive.
 *
 * <pre>
 *   node                                    lighthouse
 *     REGISTER  -----------------------------&gt;         every 8 to 13 s, at once when new
 *               &lt;-----------------------------  OBSERVED
 *     QUERY for B ----------------------------&gt;
 *               &lt;-----------------------------  PEER_UPDATE about B
 *                                               PEER_UPDATE about us, "punch" ---&gt; B
 *     if that says "unpaid", B:
 *     QUERY that pays, for us ----------------&gt;
 *                                               all places of B, "punch" ---&gt; us
 * </pre>
 *
 * <p>Registrations that are not answered are repeated every second. After one, another lighthouse
 * that answers passes packets on; after two it counts as gone. Control agent's thread.
 */
final class LighthouseLink implements PathRole {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /**
     * NATs that forget UDP after 15 s are not rare: this holds the way in open, heartbeats or not.
     */
    private static final long REGISTER_NANOS = 8 * SECOND_NANOS;

    /** So much longer at most, so that not all nodes register at the same moment. */
    private static final long REGISTER_JITTER_NANOS = 5 * SECOND_NANOS;

    private static final long ANSWER_NANOS = SECOND_NANOS;
    private static final long ANSWER_MIN_NANOS = SECOND_NANOS * 3 / 10;
    private static final int UNANSWERED_MAX = 2;

    /** A lighthouse that is gone may be starting again: so long one initiation a second. */
    private static final long RESTART_NANOS = 30 * SECOND_NANOS;

    /** What we send is not answered for this long: time to register, which will be. */
    private static final long SILENCE_NANOS = SECOND_NANOS * 4 / 10;

    /** How often to look for silence while something is sent. */
    private static final long LOOK_NANOS = SECOND_NANOS / 5;

    /** What we send for others to be told of us: a lighthouse that lies has no end of it. */
    private final Allowance payments = new Allowance(SECOND_NANOS / 10, 128);

    /** Fewer than a lighthouse takes of one node: who has many peers asks for some after others. */
    private final Allowance questions = new Allowance(SECOND_NANOS / 50, 50);

    private final PathParts parts;
    private final Paths paths;
    private final FilterInquiry filter;
    private int transaction;

    /** When the registration that waits for its answer was sent, or 0. */
    private long sentAt;

    private int unanswered;
    private long lookedAt;
    private boolean alive;
    private long rtt = -1;
    private long registerAt = Long.MAX_VALUE;
    private long changedAt;

    /** Where it saw us last, or null. */
    private Sighting sighting;

    LighthouseLink(PathParts parts, Paths paths) {
        this.parts = parts;
        this.paths = paths;
        filter = new FilterInquiry(parts);
        parts.peer().setRelaysForUs(true);
        paths.add(this);
    }

    Peer peer() {
        return parts.peer();
    }

    boolean isAlive() {
        return alive;
    }

    /** Last round trip in nanoseconds; -1 if there was none. */
    long rtt() {
        return rtt;
    }

    /** Whether there is no reason to think that it may not answer any more. */
    boolean isTrusted() {
        return alive && unanswered == 0;
    }

    /**
     * Sends a peer's packets that wait to it, to be passed on: all that it takes now; the rest goes
     * on waiting.
     */
    void carry(StagedPackets waiting, long now) {
        Session session = parts.sessions().usable(now);
        if (waiting.size() > 0 && session != null) {
            parts.messages().staged(waiting, session, now);
        }
    }

    @Override
    public void onSession(long now) {
        if (!alive) {
            register(now);
        }
    }

    /** Tells it where we are, now. */
    void register(long now) {
        List<IpPrefix> vips = Paths.told(paths.settings().vips());
        List<Endpoint> all = paths.settings().network().places();
        List<Endpoint> places = all.subList(0, Math.min(all.size(), Whereabouts.PLACES_MAX));
        MemorySegment frame = parts.context().frame;
        int bytes =
                Register.put(
                        frame, 0, ++transaction, paths.capabilities(), vips.size(), places.size());
        Paths.putAddresses(frame, Register.WHEREABOUTS_OFFSET, vips);
        Paths.putPlaces(frame, Register.WHEREABOUTS_OFFSET, places);
        if (parts.send(bytes, now)) {
            sentAt = now;
            registerAt = now + answerTime();
        } else {
            registerAt = Long.MAX_VALUE;
            lost();
        }
        parts.changed().accept(now);
    }

    private long answerTime() {
        boolean known = rtt >= 0 && unanswered < UNANSWERED_MAX;
        return known ? Math.clamp(3 * rtt, ANSWER_MIN_NANOS, ANSWER_NANOS) : ANSWER_NANOS;
    }

    /** Something makes it likely that we are not where it saw us. */
    void confirm(long now) {
        if (alive && sentAt == 0) {
            register(now);
        }
    }

    /** Asks it where a peer is; false when that is not possible now. */
    boolean query(PublicKey key, int number, long now) {
        return alive && questions.take(now) && ask(key, number, 0, now);
    }

    private boolean ask(PublicKey key, int number, int flags, long now) {
        MemorySegment frame = parts.context().frame;
        Query.put(frame, 0, number, flags);
        MemorySegment.copy(
                key.toBytes(), 0, frame, Layouts.BYTE, Query.KEY_OFFSET, Limits.PUBLIC_KEY_BYTES);
        return alive && parts.send(Query.BYTES, now);
    }

    /**
     * Sends a peer a message for it to pass on; false when that is not possible.
     *
     * @param type one of those of {@link RelayProbe}
     */
    boolean passOn(PublicKey key, int type, long number, long now) {
        MemorySegment frame = parts.context().frame;
        RelayProbe.put(frame, 0, type, number);
        MemorySegment.copy(
                key.toBytes(),
                0,
                frame,
                Layouts.BYTE,
                RelayProbe.KEY_OFFSET,
                Limits.PUBLIC_KEY_BYTES);
        return alive && parts.send(RelayProbe.BYTES, now);
    }

    private void passedOn(MemorySegment memory, long now) {
        if (!RelayProbe.check(memory, 0)) {
            parts.context().counters.increment(Counter.CONTROL_FRAMES_MALFORMED);
            return;
        }
        PeerPath path = path(memory, RelayProbe.KEY_OFFSET);
        if (path == null) {
            return;
        }
        long number = RelayProbe.transaction(memory, 0);
        switch (ControlFrame.type(memory, 0)) {
            case ControlFrame.TYPE_RELAY_PROBE -> {
                passOn(path.publicKey(), ControlFrame.TYPE_RELAY_PROBE_ANSWER, number, now);
                path.reached(this, now);
            }
            case ControlFrame.TYPE_RELAY_PROBE_ANSWER -> path.onRelayAnswer(this, number, now);
            case ControlFrame.TYPE_RELAY_ONLY -> path.onRelayOnly(this, now);
            default -> path.onOpened(this, now);
        }
    }

    /** The peer with the key there; null unless our own file names it, and it may be relayed. */
    private PeerPath path(MemorySegment memory, long at) {
        byte[] key = new byte[Limits.PUBLIC_KEY_BYTES];
        MemorySegment.copy(memory, Layouts.BYTE, at, key, 0, key.length);
        PeerController peer = paths.find(PublicKey.copyOf(key));
        return peer != null && peer.role() instanceof PeerPath found ? found : null;
    }

    @Override
    public void onFrame(ReceivedFrame frame, long now) {
        MemorySegment memory = frame.memory();
        switch (ControlFrame.type(memory, 0)) {
            case ControlFrame.TYPE_OBSERVED -> observed(memory, now);
            case ControlFrame.TYPE_PEER_UPDATE -> update(memory, now);
            default -> {
                if (RelayProbe.isOne(ControlFrame.type(memory, 0))) {
                    passedOn(memory, now);
                }
            }
        }
    }

    private void observed(MemorySegment memory, long now) {
        if (!Observed.check(memory, 0)) {
            parts.context().counters.increment(Counter.CONTROL_FRAMES_MALFORMED);
            return;
        }
        if (sentAt == 0 || Observed.transaction(memory, 0) != transaction) {
            return;
        }
        Endpoint place = Candidates.place(memory, Observed.PLACE_OFFSET);
        rtt = now - sentAt;
        sentAt = 0;
        boolean doubted = unanswered > 0;
        unanswered = 0;
        Sighting before = sighting;
        sighting = new Sighting(place, parts.peer().endpoint(), now);
        boolean moved = before != null && !before.isSamePlace(sighting);
        int capabilities = paths.capabilities();
        paths.mapping().seen(this, sighting);
        if (moved || !alive) {
            filter.begin(parts.context().upTo(Long.MAX_VALUE - 1), now);
        }
        registerAt = now + REGISTER_NANOS + parts.context().upTo(REGISTER_JITTER_NANOS);
        if (!alive) {
            alive = true;
            changedAt = now;
            doubted = true;
        }
        if (doubted) {
            paths.choose();
        }
        if (moved) {
            // A NAT in front of us has changed: what was punched through it is gone.
            if (paths.moved(now)) {
                // The lighthouse trusts the place when we have read something there.
                parts.initiator().want(now, now);
            }
        } else if (paths.capabilities() != capabilities) {
            // Whoever looks for us at this moment has to know it.
            paths.tellAgain(now);
        }
        parts.changed().accept(now);
    }

    private void update(MemorySegment memory, long now) {
        if (!PeerUpdate.check(memory, 0)) {
            parts.context().counters.increment(Counter.CONTROL_FRAMES_MALFORMED);
            return;
        }
        PeerPath path = path(memory, PeerUpdate.KEY_OFFSET);
        if (path == null) {
            // It may only tell of peers that this node's own file names by their keys.
            return;
        }
        int flags = PeerUpdate.flags(memory, 0);
        if ((flags & PeerUpdate.FLAG_UNKNOWN) != 0) {
            path.unknown(this, now);
            return;
        }
        List<Endpoint> places = new ArrayList<>();
        for (Endpoint place : Candidates.read(memory, PeerUpdate.WHEREABOUTS_OFFSET)) {
            if (!paths.isInTunnel(place)) {
                places.add(place);
            }
        }
        boolean asked = (flags & PeerUpdate.FLAG_PUNCH) == 0;
        path.heard(
                this,
                new Hearsay(
                        places,
                        seenAt(memory, places),
                        PeerUpdate.capabilities(memory, 0),
                        asked,
                        PeerUpdate.transaction(memory, 0)),
                now);
        if ((flags & PeerUpdate.FLAG_UNPAID) != 0 && payments.take(now)) {
            ask(path.publicKey(), 0, Query.FLAG_PAYS, now);
        }
    }

    /** The lighthouse's own sight of the peer, which is the first, unless it is of no use. */
    private static Endpoint seenAt(MemorySegment memory, List<Endpoint> places) {
        long whereabouts = PeerUpdate.WHEREABOUTS_OFFSET;
        if (places.isEmpty()) {
            return null;
        }
        Endpoint first = Candidates.place(memory, Whereabouts.placeAt(memory, whereabouts, 0));
        return places.getFirst().sameRemote(first) ? first : null;
    }

    /** Nobody listens there: it ended, and if it comes back it knows no session of before. */
    @Override
    public void onUnreachable(boolean here, long now) {
        if (here) {
            // All that it relays would leave it: not before it was asked, too, and did not answer.
            confirm(now);
            return;
        }
        lost();
        // Or there was no way to it at this moment, and its session is as good as before.
        registerAt = Math.min(registerAt, now + ANSWER_NANOS);
        if (!parts.initiator().isAsking()) {
            parts.initiator().want(now, now);
        }
    }

    @Override
    public void networkChanged(long now) {
        paths.mapping().forget(this);
        find(now);
    }

    /** Registers, or sees to it that there will be a session for that. */
    private void find(long now) {
        register(now);
        if (registerAt == Long.MAX_VALUE) {
            registerAt = now + ANSWER_NANOS;
            parts.initiator().want(now, now);
        }
    }

    private void lost() {
        if (alive) {
            alive = false;
            changedAt = parts.context().clock.nanoTime();
            paths.mapping().forget(this);
            paths.choose();
        }
    }

    @Override
    public void onTimer(long now) {
        lookedAt = now;
        filter.onTimer(now);
        long awaiting = parts.peer().awaitingReplySince();
        boolean doubt = sentAt == 0 && awaiting != 0 && now - awaiting >= SILENCE_NANOS;
        if (now < registerAt && !doubt) {
            return;
        }
        if (sentAt != 0) {
            unanswered++;
            paths.choose();
        }
        if (unanswered >= UNANSWERED_MAX) {
            lost();
            // It may have been started again, and not know the session any more.
            parts.initiator().want(now, now);
        }
        if (!alive && now - changedAt < RESTART_NANOS) {
            parts.initiator().hurry(now);
        }
        find(now);
    }

    @Override
    public boolean onStray(Endpoint source, long token) {
        return filter.onStray(source, token);
    }

    @Override
    public long deadline() {
        return Math.min(filter.deadline(), ownDeadline());
    }

    private long ownDeadline() {
        boolean inUse = alive && parts.peer().lastSent() > lookedAt - SECOND_NANOS;
        return inUse ? Math.min(registerAt, lookedAt + LOOK_NANOS) : registerAt;
    }

    @Override
    public PathStatus status(long now) {
        Endpoint endpoint = parts.peer().endpoint();
        return new PathStatus(
                endpoint == null ? PathStatus.Kind.NONE : PathStatus.Kind.DIRECT,
                "",
                alive ? "" : "the lighthouse does not answer",
                changedAt == 0 ? -1 : now - changedAt,
                rtt,
                -1,
                sighting == null ? null : sighting.place(),
                List.of(),
                filter.result(),
                sighting == null ? -1 : now - sighting.at(),
                sighting == null ? "" : sighting.from());
    }

    @Override
    public void close() {
        parts.peer().setRelaysForUs(false);
        alive = false;
        paths.mapping().forget(this);
        paths.remove(this);
    }
}
