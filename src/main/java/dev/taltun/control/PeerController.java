package dev.taltun.control;

import dev.taltun.crypto.SecretKey;
import dev.taltun.dataplane.ReceivedFrame;
import dev.taltun.dataplane.StagedPacket;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Handshake;
import dev.taltun.noise.InitiationVerdict;
import dev.taltun.noise.ReceivedInitiation;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.Limits;
import dev.taltun.routing.IpPrefix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One peer on the control agent's thread: its handshakes, its sessions, the packets that wait for
 * one, and its timers, which the package's description lists.
 *
 * <p>Packet threads only leave time stamps in {@link Peer}. A timer that starts with one of them
 * runs for ten seconds or more, so looking at the stamps once a second while there is a session
 * misses none; whoever has no session and nothing under way is not looked at.
 */
final class PeerController implements TimerWheel.Expiry {
    private static final long LOOK_AGAIN_NANOS = 1_000_000_000L;

    private final ControlContext context;
    private final Peer peer;
    private final Handshake handshake;
    private final PeerSessions sessions;
    private final PeerMessages messages;
    private final PeerNews news;
    private final PeerPlace place;
    private final StagedPackets staged;
    private final HelloExchange hello;
    private final Initiator initiator;
    private final PathParts pathParts;
    private final PeerFrames frames;
    private final Silence silence;
    private final Heartbeat heartbeat = new Heartbeat();
    private final TimerWheel.Timer timer = new TimerWheel.Timer(this);
    private PeerSpec spec;
    private PathRole role;

    /** Whether to shake hands at the next look, without being asked by a packet. */
    private boolean startHandshake;

    /** When to wipe everything, or 0. */
    private long wipeAt;

    private long lastHandshakeEpochMillis;

    /**
     * @throws IllegalArgumentException if nothing secret can be agreed with the public key
     */
    PeerController(ControlContext context, PeerSpec spec) {
        this.context = context;
        this.spec = spec;
        peer = new Peer(spec.publicKey(), spec.name());
        peer.limitRelay(spec.relayWith());
        handshake =
                new Handshake(
                        context.identity,
                        spec.publicKey(),
                        spec.presharedKey(),
                        context.keys,
                        context.random);
        sessions = new PeerSessions(peer, context.indices, context.graveyard);
        messages = new PeerMessages(context, peer, handshake);
        news = new PeerNews(context.listener, peer);
        place = new PeerPlace(context, peer, news, this::onPlaceAnswered);
        staged = new StagedPackets(context.stagedTotal, context.counters);
        hello = new HelloExchange(context, peer, spec.suites());
        initiator = new Initiator(context, handshake, sessions, messages, news, place, hello);
        pathParts =
                new PathParts(
                        context,
                        peer,
                        sessions,
                        messages,
                        hello,
                        initiator,
                        staged,
                        this::schedule);
        frames = new PeerFrames(pathParts, heartbeat);
        role = context.paths.roleOf(pathParts, spec);
        silence = new Silence(pathParts);
        heartbeat.every(spec.keepaliveSeconds());
    }

    /** What the peer is to the finding of paths. */
    PathRole role() {
        return role;
    }

    Peer peer() {
        return peer;
    }

    List<IpPrefix> allowedIps() {
        return spec.allowedIps();
    }

    /** The agent runs: finds the peer, and shakes hands if that is wanted. */
    void start(long now) {
        heartbeat.restart(now);
        startHandshake = spec.initiates();
        place.use(spec.endpoint(), now);
        schedule(now);
    }

    /** Takes over changed wishes; the session stays, for its keys are as good as before. */
    void update(PeerSpec next, long now) {
        presharedKey(next.presharedKey());
        become(next, now);
    }

    /** For handshakes from now on; copied; null for none. */
    void presharedKey(SecretKey key) {
        handshake.presharedKey(key);
    }

    /** Takes over changed wishes but the preshared key's bytes. */
    void become(PeerSpec next, long now) {
        PeerSpec before = spec;
        spec = next;
        peer.rename(next.name());
        peer.limitRelay(next.relayWith());
        hello.update(next.suites());
        if (!context.paths.sameRole(before, next)) {
            role.close();
            role = context.paths.changedRole(pathParts, next, now);
        }
        if (!Objects.equals(next.endpoint(), before.endpoint())) {
            place.use(next.endpoint(), now);
        }
        startHandshake |= next.initiates() && !before.initiates();
        if (heartbeat.every(next.keepaliveSeconds())) {
            heartbeat(now);
        }
        schedule(now);
    }

    /** The user says, perhaps once more, where the peer is. */
    void moveTo(EndpointSpec endpoint, long now) {
        place.use(endpoint, now);
        schedule(now);
    }

    /** Other peers have these now. */
    void lose(Set<IpPrefix> prefixes) {
        spec =
                spec.withAllowedIps(
                        spec.allowedIps().stream().filter(p -> !prefixes.contains(p)).toList());
    }

    /** We are somebody else: what was agreed on as who we were is void. */
    void identityChanged(long now) {
        initiator.complete();
        handshake.identity(context.identity);
        sessions.clear();
        startHandshake |= spec.initiates();
        schedule(now);
    }

    PeerSpec spec() {
        return spec;
    }

    /** A copy, which the caller closes; null if there is none. */
    SecretKey copyOfPresharedKey() {
        return handshake.copyOfPresharedKey();
    }

    private void onPlaceAnswered(long now) {
        startHandshake |= staged.size() > 0;
        schedule(now);
    }

    /** Forgets the peer: packets, sessions, indices, keys. Nothing may be called any more. */
    void close() {
        role.close();
        place.use(null, 0);
        staged.dropAll();
        messages.abandonInitiation();
        sessions.clear();
        handshake.close();
        context.wheel.stop(timer);
    }

    PeerStatus status(long now) {
        return PeerStatus.of(spec, pathParts, news, lastHandshakeEpochMillis, role.status(now));
    }

    // What packet threads bring.

    /** A packet came while there was no session. Takes it over. */
    void onStaged(StagedPacket packet, long now) {
        if (!place.isFindable() && !role.seeks()) {
            // Only the peer itself can tell where it is, and until then the room is others'.
            packet.release();
            context.counters.increment(Counter.DROP_NO_ENDPOINT);
            return;
        }
        staged.add(packet);
        sendStaged(now);
        schedule(now);
    }

    /**
     * A packet thread wants something.
     *
     * @param wishes constants of {@link Peer}
     */
    void onRequests(int wishes, long now) {
        if ((wishes & Peer.SESSION_CONFIRMED) != 0) {
            boolean first = sessions.usable(now) == null;
            Session confirmed = sessions.confirmed();
            if (confirmed != null) {
                role.onConfirmed(confirmed);
                handshakeComplete(confirmed, first, now);
                sendStaged(now);
            }
        }
        if ((wishes & Peer.WANT_HANDSHAKE) != 0 && sessions.wantHandshake(now)) {
            shakeHands(now, now);
        }
        role.onNews(wishes, now);
        schedule(now);
    }

    /**
     * An initiation names this peer.
     *
     * @param reply has room for a response
     */
    InitiationVerdict onInitiation(
            ReceivedInitiation initiation, Endpoint source, TxBatch reply, long now) {
        if (!hello.accepts(initiation.suite())) {
            return InitiationVerdict.UNWANTED;
        }
        InitiationVerdict verdict = handshake.accept(initiation, now);
        if (verdict != InitiationVerdict.ACCEPTED) {
            return verdict;
        }
        if (!role.answers(now)) {
            return InitiationVerdict.UNWANTED;
        }
        // The peer's address stays as it is until the new session is used: after a restart we have
        // forgotten which initiations there were, and anybody could repeat one from anywhere.
        peer.noteReceived(now, HandshakeInitiation.BYTES, 1);
        news.look(now);
        int index = context.indices.allocate(peer);
        Session session = handshake.respond(initiation, index, now, reply.slab(), reply.tail());
        reply.append(HandshakeResponse.BYTES, source, 1);
        role.onAnswered(session, source);
        peer.noteSent(now, HandshakeResponse.BYTES, 1);
        context.counters.increment(Counter.HANDSHAKE_RESPONSES_SENT);
        initiator.responded(now);
        derived(session, now);
        schedule(now);
        return verdict;
    }

    /** A response to our initiation came; false if it is not authentic. */
    boolean onResponse(MemorySegment message, Endpoint source, long now) {
        boolean first = sessions.usable(now) == null;
        Session session = handshake.consumeResponse(message, 0, now);
        if (session == null) {
            news.responseRefused(source, now);
            return false;
        }
        peer.noteReceived(now, HandshakeResponse.BYTES, 1);
        if (!source.equals(peer.endpoint())) {
            peer.setEndpoint(source);
        }
        news.look(now);
        derived(session, now);
        handshakeComplete(session, first, now);
        if (staged.size() > 0) {
            sendStaged(now);
        } else {
            // The peer may send only after it has seen a packet of this session.
            keepalive(now);
        }
        schedule(now);
        return true;
    }

    /** Nobody listens where the last initiation went. */
    void onRefused(long now) {
        initiator.refused(now);
        schedule(now);
    }

    /** What was sent to this place under that index did not arrive; false if that was not us. */
    boolean onUnreachable(Endpoint place, long index, long now) {
        if (!pathParts.sentTo(place, index)) {
            return false;
        }
        role.onUnreachable(index == PathParts.ANY_SESSION, now);
        if (role.isPlain() && silence.isLikely(now) && !initiator.isAsking()) {
            shakeHands(now, now);
        }
        schedule(now);
        return true;
    }

    /** The machine has other addresses or routes: tells who expects to hear where we are. */
    void networkChanged(long now) {
        place.forgetLocalAddress();
        initiator.hurry(now);
        role.networkChanged(now);
        if (role.shakesHands()) {
            heartbeat(now);
        }
        schedule(now);
    }

    /** A control frame came. */
    void onFrame(ReceivedFrame frame, long now) {
        if (frames.onFrame(frame, role, now)) {
            initiator.wantOtherSuite(now);
            schedule(now);
        }
    }

    /**
     * Whether a response needs no cookie although we are under load. It names the random index of
     * an initiation of ours, so it comes from who saw that: few of them are worth a look.
     */
    boolean trustsResponse() {
        return initiator.trustsResponse();
    }

    /**
     * A cookie came: handshake messages carry it from now on, first of all the initiation that it
     * answers. False if it is not authentic.
     */
    boolean onCookie(MemorySegment message, long now) {
        if (!handshake.consumeCookieReply(message, 0, now)) {
            return false;
        }
        initiator.onCookie(now);
        schedule(now);
        return true;
    }

    private void derived(Session session, long now) {
        sessions.derived(session);
        wipeAt = now + Limits.WIPE_AFTER_TIME_NANOS;
    }

    private void handshakeComplete(Session session, boolean first, long now) {
        initiator.complete();
        lastHandshakeEpochMillis = context.clock.epochMillis();
        context.counters.increment(Counter.HANDSHAKES_COMPLETED);
        hello.onSession(session, now);
        role.onSession(now);
        news.handshakeComplete(session, first);
        news.look(now);
    }

    /** Sends what waits, or sees to it that there will be a session for it. */
    private void sendStaged(long now) {
        if (staged.size() == 0) {
            return;
        }
        Session session = sessions.usable(now);
        if (session == null) {
            shakeHands(now, now);
        } else {
            messages.staged(staged, session, now);
            keepFresh(now);
        }
    }

    /** Sends an empty packet, or sees to it that there will be a session for it. */
    private void keepalive(long now) {
        Session session = sessions.usable(now);
        if (session == null) {
            peer.clearKeepaliveDue();
            shakeHands(now, now);
        } else if (messages.keepalive(session, now)) {
            keepFresh(now);
        }
    }

    /** Something was sent, or is to be: shakes hands unless there is a session young enough. */
    private void keepFresh(long now) {
        if (sessions.wantHandshake(now)) {
            shakeHands(now, now);
        }
    }

    /**
     * There is a reason for a handshake, which goes to the endpoint or wherever the peer may be.
     */
    private void shakeHands(long now, long unansweredSince) {
        if (role.shakesHands()) {
            initiator.want(now, unansweredSince);
        } else {
            role.onRelayed(now);
        }
    }

    private void heartbeat(long now) {
        heartbeat.restart(now);
        if (heartbeatDeadline(now) == Long.MAX_VALUE) {
            return;
        }
        if (role.isPlain() && silence.ask(now)) {
            keepFresh(now);
        } else {
            keepalive(now);
        }
    }

    // Timers.

    @Override
    public void onTimer(long now) {
        sessions.expire(now);
        news.look(now);
        place.onTimer(now);
        role.onTimer(now);
        if (startHandshake && peer.endpoint() != null) {
            startHandshake = false;
            keepFresh(now);
        }
        if (!initiator.onTimer(now)) {
            news.gaveUp(staged.dropAll());
        }
        long silentSince = silence.since(now);
        if (silentSince != 0) {
            place.forgetLocalAddress();
            shakeHands(now, silentSince);
        }
        if (now >= keepaliveDeadline()) {
            keepalive(now);
        }
        if (now >= heartbeatDeadline(now)) {
            heartbeat(now);
        }
        if (staged.size() > 0 && sessions.usable(now) != null) {
            sendStaged(now);
        }
        if (wipeAt != 0 && now >= wipeAt) {
            wipeAt = 0;
            messages.abandonInitiation();
            sessions.clear();
        }
        schedule(now);
    }

    private long keepaliveDeadline() {
        long due = peer.keepaliveDueSince();
        return due == 0 ? Long.MAX_VALUE : due + Limits.KEEPALIVE_TIMEOUT_NANOS;
    }

    private long heartbeatDeadline(long now) {
        boolean on = spec.initiates() || sessions.usable(now) != null;
        boolean answered = role.isPlain() && hello.isAnswered();
        return on ? heartbeat.deadline(peer, answered) : Long.MAX_VALUE;
    }

    /** Sets the timer to the moment at which there is something to look at. */
    private void schedule(long now) {
        // Before the stamps are read, so that one set meanwhile is either seen or told.
        peer.setWatched(sessions.exist());
        long at = Math.min(keepaliveDeadline(), heartbeatDeadline(now));
        at = Math.min(at, Math.min(place.deadline(), initiator.deadline()));
        at = Math.min(at, Math.min(role.deadline(), silence.deadline()));
        if (wipeAt != 0) {
            at = Math.min(at, wipeAt);
        }
        if (startHandshake && peer.endpoint() != null) {
            at = now;
        }
        if (sessions.exist()) {
            // Packets only wait beside a session when every batch is in use.
            at = Math.min(at, staged.size() > 0 ? now : now + LOOK_AGAIN_NANOS);
        }
        if (at == Long.MAX_VALUE) {
            context.wheel.stop(timer);
        } else {
            context.wheel.start(timer, at);
        }
    }
}
