package dev.taltun.noise;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.MessageHeader;
import dev.taltun.protocol.MessageType;
import java.lang.foreign.MemorySegment;

/**
 * Handshakes with one peer, in both roles: Noise IKpsk2 as WireGuard fills it (paper, section 5.4).
 *
 * <pre>
 *   initiator                                                          responder
 *   createInitiation ----- e, es, s, ss {TAI64N} ------&gt; ReceivedInitiation.open, accept
 *   consumeResponse  &lt;----- e, ee, se, psk {} ---------- respond
 *     = session, confirmed                                 = session, to be confirmed
 *                    ------- first transport message ----&gt; confirmed
 * </pre>
 *
 * The two roles do not share state: when both ends initiate at once, both handshakes complete, and
 * either session works. (WireGuard keeps one state for both roles and drops both handshakes then.)
 *
 * <p>Control agent's thread only. Messages that are forged, replayed or late leave the state
 * untouched. Messages to send are complete, macs included.
 */
public final class Handshake implements AutoCloseable {
    private static final byte[] NOTHING = {};

    private final PublicKey remote;
    private final KeyFactory keys;
    private final RandomSource random;
    private final CookieGenerator cookies;
    private StaticIdentity local;

    /** What both static keys agree on; null until it is first needed. */
    private SecretKey staticStatic;

    /** Null if there is none. */
    private SecretKey presharedKey;

    /** Our initiation that waits for its response, or null. */
    private Pending pending;

    private Tai64n lastSent;
    private Tai64n lastAccepted;
    private long lastAcceptedNanos;

    /** What the initiator keeps from its message until the response. Closing wipes it. */
    private record Pending(
            CipherSuite suite,
            int index,
            IkPsk2.Ephemeral ephemeral,
            SecretKey chainingKey,
            byte[] hash)
            implements AutoCloseable {
        @Override
        public void close() {
            ephemeral.close();
            chainingKey.close();
        }
    }

    /**
     * Prepares for handshakes with a peer. Cheap: a hub makes thousands at its start, and what both
     * static keys agree on, which takes a multiplication on the curve, is computed once but not
     * before the first handshake.
     *
     * @param local our identity; stays the caller's
     * @param presharedKey copied; null if there is none
     * @throws IllegalArgumentException if nothing secret can be agreed with the public key
     */
    public Handshake(
            StaticIdentity local,
            PublicKey remote,
            SecretKey presharedKey,
            KeyFactory keys,
            RandomSource random) {
        this.local = local;
        this.remote = remote;
        this.keys = keys;
        this.random = random;
        this.cookies = new CookieGenerator(remote);
        if (X25519.isLowOrder(remote)) {
            throw new IllegalArgumentException(
                    "no secret can be agreed with the public key "
                            + remote
                            + "; ask the peer for the output of 'taltun pubkey'");
        }
        this.presharedKey = copyOf(presharedKey);
    }

    /**
     * We are somebody else from now on. The caller forgets the initiation that waits for its
     * response, if any, first.
     */
    public void identity(StaticIdentity next) {
        assert pending == null : "an initiation of another identity";
        local = next;
        close(staticStatic);
        staticStatic = null;
    }

    /** A copy of what both static keys agree on; the caller wipes it. */
    private byte[] staticStatic() {
        if (staticStatic != null) {
            return staticStatic.toBytes();
        }
        byte[] secret = new byte[X25519.BYTES];
        boolean agreed = local.agree(remote.toBytes(), secret);
        assert agreed : "the constructor refuses low-order keys";
        staticStatic = SecretKey.copyOf(secret);
        return secret;
    }

    /** The peer that this is about. */
    public PublicKey remote() {
        return remote;
    }

    /** Replaces the preshared key, for handshakes from now on; copied; null for none. */
    public void presharedKey(SecretKey key) {
        SecretKey replaced = presharedKey;
        presharedKey = copyOf(key);
        close(replaced);
    }

    /** A copy of the preshared key, which the caller closes; null if there is none. */
    public SecretKey copyOfPresharedKey() {
        return copyOf(presharedKey);
    }

    // Initiator.

    /**
     * Writes an initiation of 148 bytes. It replaces one that waits: the caller forgets the index
     * of that ({@link #pendingIndex}) first.
     *
     * @param suite of the session wanted; the peer must be known to have it
     * @param index free in our index table, now the handshake's and then the session's
     * @param time wall time; set forward if it is not later than that of the last initiation, which
     *     the peer would refuse as replayed
     */
    public void createInitiation(
            CipherSuite suite,
            int index,
            Tai64n time,
            long nowNanos,
            MemorySegment segment,
            long offset) {
        Tai64n timestamp = lastSent == null || time.isAfter(lastSent) ? time : lastSent.next();
        byte[] ss = staticStatic();
        byte[] chainingKey = null;
        IkPsk2.Ephemeral ephemeral = IkPsk2.Ephemeral.generate(random);
        try (SymmetricState state = NoiseProtocol.of(suite).begin(remote)) {
            IkPsk2.First message =
                    IkPsk2.writeFirst(
                            state, ephemeral, local, remote.toBytes(), ss, timestamp.toBytes());
            assert message != null : "the constructor refuses low-order keys";
            MessageHeader.put(segment, offset, MessageType.HANDSHAKE_INITIATION, suite.id());
            HandshakeInitiation.sender(segment, offset, index);
            Segments.put(
                    message.ephemeral(), segment, offset + HandshakeInitiation.EPHEMERAL_OFFSET);
            Segments.put(
                    message.sealedStatic(), segment, offset + HandshakeInitiation.STATIC_OFFSET);
            Segments.put(
                    message.sealedPayload(),
                    segment,
                    offset + HandshakeInitiation.TIMESTAMP_OFFSET);
            cookies.addMacs(segment, offset, HandshakeInitiation.BYTES, nowNanos);
            chainingKey = state.chainingKey();
            abandonInitiation();
            pending =
                    new Pending(
                            suite, index, ephemeral, SecretKey.copyOf(chainingKey), state.hash());
            lastSent = timestamp;
        } finally {
            ConstantTime.wipe(ss);
            ConstantTime.wipe(chainingKey);
        }
    }

    /** True if an initiation waits for its response. */
    public boolean isPending() {
        return pending != null;
    }

    /** Index of the initiation that waits for its response; 0 if none does. */
    public int pendingIndex() {
        return pending == null ? 0 : pending.index();
    }

    /** Forgets the initiation that waits for its response, if any, and wipes its keys. */
    public void abandonInitiation() {
        if (pending != null) {
            pending.close();
            pending = null;
        }
    }

    /**
     * Consumes a {@link HandshakeResponse} whose length and mac1 were checked.
     *
     * @return the new session, which the caller owns, or null if no initiation waits for this
     *     response or it is not authentic
     */
    public Session consumeResponse(MemorySegment segment, long offset, long nowNanos) {
        Pending waiting = pending;
        if (waiting == null
                || HandshakeResponse.receiver(segment, offset) != waiting.index()
                || MessageHeader.word(segment, offset)
                        != MessageHeader.word(
                                MessageType.HANDSHAKE_RESPONSE, waiting.suite().id())) {
            return null;
        }
        IkPsk2.Second message =
                new IkPsk2.Second(
                        Segments.bytes(
                                segment,
                                offset + HandshakeResponse.EPHEMERAL_OFFSET,
                                PublicKey.BYTES),
                        Segments.bytes(
                                segment,
                                offset + HandshakeResponse.EMPTY_OFFSET,
                                HandshakeResponse.EMPTY_BYTES));
        byte[] chainingKey = waiting.chainingKey().toBytes();
        byte[] psk = presharedKey();
        try (SymmetricState state =
                new SymmetricState(waiting.suite(), chainingKey, waiting.hash())) {
            if (IkPsk2.readSecond(state, waiting.ephemeral(), local, psk, message) == null) {
                return null;
            }
            int remoteIndex = HandshakeResponse.sender(segment, offset);
            Session session = session(state, waiting.index(), remoteIndex, true, nowNanos);
            abandonInitiation();
            return session;
        } finally {
            ConstantTime.wipe(chainingKey, psk);
        }
    }

    /**
     * Consumes a {@link dev.taltun.protocol.CookieReply}: messages from now on carry its cookie.
     *
     * @return true if it answers the last message that this peer was sent
     */
    public boolean consumeCookieReply(MemorySegment segment, long offset, long nowNanos) {
        return cookies.consumeReply(segment, offset, nowNanos);
    }

    // Responder.

    /**
     * Decides whether an initiation that names this peer is from it and new. If so, older ones are
     * refused from now on, and {@link #respond} may follow.
     */
    public InitiationVerdict accept(ReceivedInitiation initiation, long nowNanos) {
        assert initiation.remote().equals(remote);
        if (!initiation.advance(ReceivedInitiation.Stage.OPENED, ReceivedInitiation.Stage.SPENT)) {
            throw new IllegalStateException("an initiation is accepted or refused once");
        }
        byte[] ss = staticStatic();
        byte[] payload;
        try {
            payload = IkPsk2.readPayload(initiation.state(), ss, initiation.message());
        } finally {
            ConstantTime.wipe(ss);
        }
        if (payload == null) {
            return InitiationVerdict.FORGED;
        }
        Tai64n timestamp = Tai64n.fromBytes(payload);
        if (lastAccepted != null) {
            if (!timestamp.isAfter(lastAccepted)) {
                return InitiationVerdict.REPLAYED;
            }
            if (nowNanos - lastAcceptedNanos <= Limits.INITIATION_INTERVAL_MIN_NANOS) {
                return InitiationVerdict.FLOODED;
            }
        }
        lastAccepted = timestamp;
        lastAcceptedNanos = nowNanos;
        initiation.advance(ReceivedInitiation.Stage.SPENT, ReceivedInitiation.Stage.ACCEPTED);
        return InitiationVerdict.ACCEPTED;
    }

    /**
     * Writes the response of 92 bytes to an accepted initiation.
     *
     * @param index free in our index table, now the session's
     * @return the new session, which the caller owns and which waits to be confirmed
     */
    public Session respond(
            ReceivedInitiation initiation,
            int index,
            long nowNanos,
            MemorySegment segment,
            long offset) {
        if (!initiation.advance(
                ReceivedInitiation.Stage.ACCEPTED, ReceivedInitiation.Stage.SPENT)) {
            throw new IllegalStateException("only an accepted initiation is responded to, once");
        }
        SymmetricState state = initiation.state();
        byte[] psk = presharedKey();
        try (IkPsk2.Ephemeral ephemeral = IkPsk2.Ephemeral.generate(random)) {
            IkPsk2.Second message =
                    IkPsk2.writeSecond(
                            state,
                            ephemeral,
                            initiation.message().ephemeral(),
                            remote.toBytes(),
                            psk,
                            NOTHING);
            assert message != null : "es and ss agreed, so neither key is of low order";
            MessageHeader.put(
                    segment, offset, MessageType.HANDSHAKE_RESPONSE, initiation.suite().id());
            HandshakeResponse.sender(segment, offset, index);
            HandshakeResponse.receiver(segment, offset, initiation.sender());
            Segments.put(message.ephemeral(), segment, offset + HandshakeResponse.EPHEMERAL_OFFSET);
            Segments.put(message.sealedPayload(), segment, offset + HandshakeResponse.EMPTY_OFFSET);
            cookies.addMacs(segment, offset, HandshakeResponse.BYTES, nowNanos);
            return session(state, index, initiation.sender(), false, nowNanos);
        } finally {
            ConstantTime.wipe(psk);
        }
    }

    /** Wipes every secret; the handshake cannot be used any more. */
    @Override
    public void close() {
        abandonInitiation();
        close(staticStatic);
        close(presharedKey);
        cookies.close();
    }

    private Session session(
            SymmetricState state,
            int localIndex,
            int remoteIndex,
            boolean initiator,
            long nowNanos) {
        CipherSuite suite = state.suite();
        byte[][] split = state.split();
        try {
            return new Session(
                    suite,
                    localIndex,
                    remoteIndex,
                    initiator,
                    nowNanos,
                    keys.newKey(suite, split[initiator ? 0 : 1]),
                    keys.newKey(suite, split[initiator ? 1 : 0]));
        } finally {
            ConstantTime.wipe(split);
        }
    }

    /** The preshared key, or the zeros that stand for none; the caller wipes them. */
    private byte[] presharedKey() {
        return presharedKey == null ? new byte[SecretKey.BYTES] : presharedKey.toBytes();
    }

    private static void close(SecretKey key) {
        if (key != null) {
            key.close();
        }
    }

    private static SecretKey copyOf(SecretKey key) {
        if (key == null) {
            return null;
        }
        byte[] bytes = key.toBytes();
        try {
            return SecretKey.copyOf(bytes);
        } finally {
            ConstantTime.wipe(bytes);
        }
    }
}
