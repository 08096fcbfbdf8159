package dev.taltun.noise;

import dev.taltun.crypto.AeadKey;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.protocol.Limits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The transport keys of one handshake, with the counters and the replay window that go with them.
 *
 * <p>Any thread of the packet path seals and opens with it, each in its own lane; nothing here
 * locks or allocates. The control agent creates it and closes it, which wipes the keys: only after
 * every thread that could have found it has passed on, for a key is native memory.
 */
public final class Session implements AutoCloseable {
    /** From {@link #reserveCounters}: this session has no counters left. */
    public static final long EXHAUSTED = -1L;

    private static final VarHandle COUNTER = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle CONFIRMED;

    static {
        try {
            CONFIRMED =
                    MethodHandles.lookup().findVarHandle(Session.class, "confirmed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * The send counter lies in the middle of an array of its own: senders write it for each batch,
     * and it must not share a cache line with what receivers read for each packet.
     */
    private static final int COUNTER_INDEX = 8;

    private static final int COUNTER_ARRAY_LENGTH = 2 * COUNTER_INDEX;

    private final CipherSuite suite;
    private final int localIndex;
    private final int remoteIndex;
    private final boolean initiator;
    private final long createdNanos;
    private final AeadKey sendKey;
    private final AeadKey receiveKey;
    private final ReplayWindow replay = new ReplayWindow();
    private final long[] nextCounter = new long[COUNTER_ARRAY_LENGTH];
    private volatile boolean confirmed;
    private volatile boolean partialChecksums;

    /**
     * Takes over both keys.
     *
     * @param localIndex what the peer writes on messages to us
     * @param remoteIndex what we write on messages to the peer
     * @param initiator true if our handshake initiation led to it
     * @param createdNanos when the handshake was complete, on the clock of the control agent
     */
    public Session(
            CipherSuite suite,
            int localIndex,
            int remoteIndex,
            boolean initiator,
            long createdNanos,
            AeadKey sendKey,
            AeadKey receiveKey) {
        this.suite = suite;
        this.localIndex = localIndex;
        this.remoteIndex = remoteIndex;
        this.initiator = initiator;
        this.createdNanos = createdNanos;
        this.sendKey = sendKey;
        this.receiveKey = receiveKey;
        // The response proved to the initiator that the responder has the keys; the responder
        // learns the same only from the first message.
        this.confirmed = initiator;
    }

    /**
     * Whether the peer takes TCP and UDP packets whose checksums are not complete. Any thread; it
     * may say so at any time, and never takes it back.
     */
    public boolean partialChecksums() {
        return partialChecksums;
    }

    /** The peer has said so. Control agent's thread. */
    public void usePartialChecksums() {
        partialChecksums = true;
    }

    public CipherSuite suite() {
        return suite;
    }

    public int localIndex() {
        return localIndex;
    }

    public int remoteIndex() {
        return remoteIndex;
    }

    public boolean initiator() {
        return initiator;
    }

    public long createdNanos() {
        return createdNanos;
    }

    public AeadKey sendKey() {
        return sendKey;
    }

    public AeadKey receiveKey() {
        return receiveKey;
    }

    public ReplayWindow replay() {
        return replay;
    }

    /**
     * Reserves {@code n} counters for messages to send: the one returned and those that follow it.
     * No two calls ever get the same counter. Any thread.
     *
     * @param n at least 1
     * @return the first counter (unsigned), or {@link #EXHAUSTED} if that would reach {@link
     *     Limits#REJECT_AFTER_MESSAGES}; nothing is reserved then
     */
    public long reserveCounters(int n) {
        // Not getAndAdd: threads that find the session exhausted would go on raising the counter
        // until it wraps, and a nonce would be used twice.
        while (true) {
            long first = (long) COUNTER.getVolatile(nextCounter, COUNTER_INDEX);
            if (Long.compareUnsigned(first, Limits.REJECT_AFTER_MESSAGES - n) > 0) {
                return EXHAUSTED;
            }
            if (COUNTER.compareAndSet(nextCounter, COUNTER_INDEX, first, first + n)) {
                return first;
            }
        }
    }

    /** How many counters were reserved so far; unsigned. */
    public long sentMessages() {
        return (long) COUNTER.getOpaque(nextCounter, COUNTER_INDEX);
    }

    /** True when the session has sent so much that its sender must start a new handshake. */
    public boolean wantsRekeyByCount() {
        return Long.compareUnsigned(sentMessages(), Limits.REKEY_AFTER_MESSAGES) >= 0;
    }

    /** True if {@code nanos} have passed since the handshake. */
    public boolean isOlderThan(long nanos, long nowNanos) {
        return nowNanos - createdNanos >= nanos;
    }

    /** True from the age at which the session neither sends nor receives. */
    public boolean isExpired(long nowNanos) {
        return isOlderThan(Limits.REJECT_AFTER_TIME_NANOS, nowNanos);
    }

    /** True if the peer is known to have the keys, so that we may send with them. */
    public boolean isConfirmed() {
        return confirmed;
    }

    /**
     * Notes that an authenticated message arrived. Any thread; costs one read once confirmed.
     *
     * @return true for the one call that confirmed the session: its caller tells the control agent
     */
    public boolean confirm() {
        return !confirmed && CONFIRMED.compareAndSet(this, false, true);
    }

    /** Sets the send counter, for tests of the limits: nobody sends 2^60 messages. */
    void skipToCounter(long counter) {
        COUNTER.setVolatile(nextCounter, COUNTER_INDEX, counter);
    }

    /** Wipes both keys. Control agent, when no other thread can be using them; idempotent. */
    @Override
    public void close() {
        sendKey.close();
        receiveKey.close();
    }

    @Override
    public String toString() {
        return "Session("
                + suite
                + (initiator ? ", initiator, " : ", responder, ")
                + Integer.toHexString(localIndex)
                + " <- "
                + Integer.toHexString(remoteIndex)
                + ")";
    }
}
