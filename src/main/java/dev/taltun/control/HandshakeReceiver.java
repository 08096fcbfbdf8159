package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.ReceivedHandshake;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpError;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.CookieChecker;
import dev.taltun.noise.InitiationVerdict;
import dev.taltun.noise.LoadDetector;
import dev.taltun.noise.Mac1Checker;
import dev.taltun.noise.RateLimiter;
import dev.taltun.noise.ReceivedInitiation;
import dev.taltun.peer.IndexTable;
import dev.taltun.protocol.CookieReply;
import dev.taltun.protocol.FilterCheck;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.MessageHeader;
import dev.taltun.protocol.MessageType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Handshake messages as they come, the cheapest checks first, so that a flood costs little:
 *
 * <pre>
 *   in the receiving thread (dataplane.HandshakeGate):
 *   length and type      nothing
 *   mac1                 one hash        proves that the sender knows our public key
 *   index of a response  a table         proves that the sender saw our initiation
 *   mac2 if there is one three hashes    proves its address: such messages do not queue up behind
 *                                        the others
 *   here:
 *   mac2 while loaded    two hashes      proves its address; without: a cookie, smaller than what
 *                                        asked for it. Not asked of the first responses to each
 *                                        initiation: ours would take a second try otherwise
 *   limit while loaded   a table         20 a second from one address
 *   the message          Curve25519      at most 8 in one step, so that timers and packets of the
 *                                        peers that are there get their turn
 * </pre>
 *
 * <p>Control agent's thread.
 */
final class HandshakeReceiver {
    private static final int PROVEN_PER_STEP = 64;
    private static final int MESSAGES_PER_STEP = 64;
    private static final int CURVE_WORK_PER_STEP = 8;
    private static final long UNKNOWN_TOLD_EVERY_NANOS = 10_000_000_000L;

    private final ControlContext context;
    private final ControlPort port;
    private final PeerRegistry peers;
    private CookieChecker cookies;
    private final LoadDetector load = new LoadDetector();
    private final RateLimiter limiter;
    private final Counters.Block counters;
    private int curveWork;
    private long unknownToldAt;

    /** The secret of cookies that receivers know. */
    private SecretKey toldSecret;

    HandshakeReceiver(ControlContext context, ControlPort port, PeerRegistry peers) {
        this.context = context;
        this.port = port;
        this.peers = peers;
        counters = context.counters;
        identityChanged();
        limiter = new RateLimiter(context.random);
    }

    /**
     * Handles messages that wait, within the budget of one step.
     *
     * @return how many
     */
    int receive(long now) {
        curveWork = 0;
        int proven = 0;
        // Looked at before a message is taken out: it counts too.
        boolean loaded = isLoaded(now);
        while (proven < PROVEN_PER_STEP
                && curveWork < CURVE_WORK_PER_STEP
                && receive(port.pollProvenHandshake(), loaded, now)) {
            proven++;
            loaded = isLoaded(now);
        }
        int others = 0;
        // Under load they take no curve work, but those may who proved something after all.
        while (others < MESSAGES_PER_STEP
                && curveWork < (loaded ? 2 : 1) * CURVE_WORK_PER_STEP
                && receive(port.pollHandshake(), loaded, now)) {
            others++;
            loaded = isLoaded(now);
        }
        return proven + others;
    }

    private boolean isLoaded(long now) {
        return load.isUnderLoad(port.handshakesWaiting(), ControlPort.HANDSHAKE_QUEUE, now);
    }

    /** False if there is no message. */
    private boolean receive(ReceivedHandshake message, boolean loaded, long now) {
        if (message == null) {
            return false;
        }
        try {
            handle(message, loaded, now);
        } finally {
            message.release();
        }
        return true;
    }

    private void handle(ReceivedHandshake message, boolean loaded, long now) {
        MemorySegment memory = message.memory();
        // Length and type were checked before it was handed over.
        switch (MessageHeader.type(memory, 0)) {
            case MessageType.HANDSHAKE_INITIATION -> {
                if (!loaded || isProven(message, now)) {
                    initiation(message, now);
                }
            }
            case MessageType.HANDSHAKE_RESPONSE -> response(message, loaded, now);
            case MessageType.COOKIE_REPLY -> cookie(message, now);
            default -> counters.increment(Counter.DROP_UNKNOWN_TYPE);
        }
    }

    /**
     * Under load: whether the sender of a message receives at its address, and has a share left.
     */
    private boolean isProven(ReceivedHandshake message, long now) {
        MemorySegment memory = message.memory();
        int length = message.length();
        Endpoint source = message.source();
        byte[] address = address(source);
        byte[] sender =
                ByteBuffer.allocate(18).put(address).putShort((short) source.port()).array();
        if (!cookies.checkMac2(memory, 0, length, sender, now)) {
            counters.increment(Counter.HANDSHAKE_NO_COOKIE);
            load.spared(now);
            sendCookie(message, sender, now);
            return false;
        }
        if (!limiter.allow(address, now)) {
            counters.increment(Counter.HANDSHAKE_RATE_LIMITED);
            return false;
        }
        return true;
    }

    private static byte[] address(Endpoint source) {
        return ByteBuffer.allocate(16).putLong(source.high()).putLong(source.low()).array();
    }

    private void sendCookie(ReceivedHandshake message, byte[] sender, long now) {
        TxBatch batch = context.outbox.batchFor(CookieReply.BYTES);
        if (batch != null) {
            cookies.createReply(
                    message.memory(), 0, message.length(), sender, now, batch.slab(), batch.tail());
            batch.append(CookieReply.BYTES, message.source(), 1);
            counters.increment(Counter.COOKIES_SENT);
            tellSecret(cookies.secret());
        }
    }

    /** Receivers check mac2 with it. */
    private void tellSecret(SecretKey secret) {
        if (toldSecret != secret) {
            toldSecret = secret;
            port.cookieSecret(secret);
        }
    }

    private void initiation(ReceivedHandshake message, long now) {
        TxBatch reply = context.outbox.batchFor(HandshakeResponse.BYTES);
        if (reply == null) {
            return;
        }
        curveWork++;
        long start = context.clock.nanoTime();
        if (!shakeHands(message, reply, now)) {
            load.wasted(context.clock.nanoTime() - start, now);
        }
    }

    private boolean shakeHands(ReceivedHandshake message, TxBatch reply, long now) {
        try (ReceivedInitiation initiation =
                ReceivedInitiation.open(context.identity, message.memory(), 0)) {
            if (initiation == null) {
                counters.increment(Counter.HANDSHAKE_INVALID);
                return false;
            }
            PeerController peer = peers.find(initiation.remote());
            if (peer == null) {
                unknownPeer(initiation, message.source(), now);
                return false;
            }
            InitiationVerdict verdict = peer.onInitiation(initiation, message.source(), reply, now);
            switch (verdict) {
                case ACCEPTED -> {}
                case FLOODED -> counters.increment(Counter.HANDSHAKE_RATE_LIMITED);
                case FORGED, REPLAYED, UNWANTED -> counters.increment(Counter.HANDSHAKE_INVALID);
            }
            return verdict == InitiationVerdict.ACCEPTED;
        }
    }

    private void unknownPeer(ReceivedInitiation initiation, Endpoint source, long now) {
        counters.increment(Counter.HANDSHAKE_UNKNOWN_PEER);
        if (unknownToldAt == 0 || now - unknownToldAt >= UNKNOWN_TOLD_EVERY_NANOS) {
            unknownToldAt = now;
            context.listener.unknownPeer(initiation.remote(), source);
        }
    }

    private void response(ReceivedHandshake message, boolean loaded, long now) {
        PeerController peer = byIndex(HandshakeResponse.receiver(message.memory(), 0), true);
        if (peer == null) {
            counters.increment(Counter.DROP_UNKNOWN_INDEX);
            return;
        }
        if (loaded && !peer.trustsResponse() && !isProven(message, now)) {
            return;
        }
        curveWork++;
        long start = context.clock.nanoTime();
        if (!peer.onResponse(message.memory(), message.source(), now)) {
            counters.increment(Counter.HANDSHAKE_INVALID);
            load.wasted(context.clock.nanoTime() - start, now);
        }
    }

    private void cookie(ReceivedHandshake message, long now) {
        MemorySegment memory = message.memory();
        PeerController peer = byIndex(CookieReply.receiver(memory, 0), false);
        if (peer == null) {
            counters.increment(Counter.DROP_UNKNOWN_INDEX);
        } else if (peer.role().onStray(message.source(), FilterCheck.strayToken(memory, 0))) {
            counters.increment(Counter.CONTROL_FRAMES_RECEIVED);
        } else if (peer.onCookie(memory, now)) {
            counters.increment(Counter.COOKIES_RECEIVED);
        } else {
            counters.increment(Counter.HANDSHAKE_INVALID);
        }
    }

    /**
     * The network says that a datagram did not arrive. Only who saw our initiation can quote its
     * random index.
     */
    void refused(UdpError error, long now) {
        MemorySegment quote = error.quote();
        if (!error.isRefused()
                || error.quoted() < HandshakeInitiation.EPHEMERAL_OFFSET
                || !MessageHeader.check(quote, 0, error.quoted())
                || MessageHeader.type(quote, 0) != MessageType.HANDSHAKE_INITIATION) {
            return;
        }
        PeerController peer = byIndex(HandshakeInitiation.sender(quote, 0), true);
        if (peer != null) {
            peer.onRefused(now);
        }
    }

    /**
     * Whose index it is, or null.
     *
     * @param waiting whether it must stand for an initiation that waits for its response
     */
    private PeerController byIndex(int index, boolean waiting) {
        IndexTable.Entry entry = context.indices.lookup(index);
        if (entry == null || (waiting && entry.session() != null)) {
            return null;
        }
        return peers.find(entry.peer());
    }

    /** Messages are addressed to another public key from now on. */
    void identityChanged() {
        close();
        PublicKey local = context.identity.publicKey();
        cookies = new CookieChecker(local, context.random);
        port.marks(() -> new Mac1Checker(local));
    }

    /** Wipes the cookie secret. */
    void close() {
        tellSecret(null);
        if (cookies != null) {
            cookies.close();
        }
    }
}
