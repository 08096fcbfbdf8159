package dev.taltun.noise;

import dev.taltun.crypto.Blake2s;
import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.HandshakeAead;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.protocol.CookieReply;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.MessageHeader;
import dev.taltun.protocol.MessageType;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Gives cookies to senders of handshake messages while we are under load, and checks them
 * (WireGuard paper, sections 5.3 and 5.4.7). Control agent's thread.
 *
 * <p>mac2 proves that the sender receives at its source address: its key is a cookie, a keyed hash
 * of that address under a secret that changes every two minutes, so that we need not remember to
 * whom we gave one.
 */
public final class CookieChecker implements AutoCloseable {
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Random bytes of a nonce; a counter of 8 follows. */
    private static final int RANDOM_BYTES = 16;

    private final byte[] sealingKey;
    private final RandomSource random;

    /** What cookies are made with, or null before the first reply. */
    private SecretKey secret;

    private long secretNanos;

    /**
     * Nonces of replies: 16 random bytes, as new as the secret, and a counter. What XChaCha20 makes
     * of key and random part is the same for all of them, and no more secret than our public key.
     */
    private final byte[] nonce = new byte[Limits.COOKIE_NONCE_BYTES];

    private byte[] subkey;
    private long replies;

    /**
     * @param local our public key, to which messages are addressed
     */
    public CookieChecker(PublicKey local, RandomSource random) {
        sealingKey = Macs.cookieKey(local);
        this.random = random;
    }

    /**
     * True if the sender of a handshake message of checked length and mac1 has a cookie of ours for
     * its address.
     *
     * @param source address and port of the sender, in whatever form is always the same for it
     */
    public boolean checkMac2(
            MemorySegment segment, long offset, int length, byte[] source, long nowNanos) {
        byte[] stored = Macs.storedMac2(segment, offset, length);
        // Zeros stand for "no cookie yet", as in most of a flood: no need to hash anything.
        if (!isSecretFresh(nowNanos) || ConstantTime.isZero(stored)) {
            return false;
        }
        byte[] cookie = cookie(source);
        try {
            return ConstantTime.equal(Macs.mac2(cookie, segment, offset, length), stored);
        } finally {
            ConstantTime.wipe(cookie);
        }
    }

    /**
     * Writes the {@link CookieReply} of 64 bytes to a handshake message of checked length and mac1.
     *
     * @param source as in {@link #checkMac2}
     * @param reply disjoint from the message
     */
    public void createReply(
            MemorySegment segment,
            long offset,
            int length,
            byte[] source,
            long nowNanos,
            MemorySegment reply,
            long replyOffset) {
        if (!isSecretFresh(nowNanos)) {
            renewSecret(nowNanos);
        }
        long counter = replies++;
        LONG_LE.set(nonce, RANDOM_BYTES, counter);
        byte[] cookie = cookie(source);
        byte[] sealed =
                HandshakeAead.seal(
                        subkey, counter, cookie, Macs.storedMac1(segment, offset, length));
        ConstantTime.wipe(cookie);
        MessageHeader.put(
                reply, replyOffset, MessageType.COOKIE_REPLY, MessageHeader.suite(segment, offset));
        // Initiation and response have their sender index at the same place.
        CookieReply.receiver(reply, replyOffset, HandshakeInitiation.sender(segment, offset));
        Segments.put(nonce, reply, replyOffset + CookieReply.NONCE_OFFSET);
        Segments.put(sealed, reply, replyOffset + CookieReply.COOKIE_OFFSET);
    }

    /**
     * What cookies are made with, for {@link Mac2Checker}; null before the first reply. Stays ours,
     * and is another one after two minutes.
     */
    public SecretKey secret() {
        return secret;
    }

    /** Wipes the secret; cookies given so far are void. */
    @Override
    public void close() {
        if (secret != null) {
            secret.close();
            secret = null;
        }
    }

    private boolean isSecretFresh(long nowNanos) {
        return secret != null && nowNanos - secretNanos < Limits.COOKIE_REFRESH_TIME_NANOS;
    }

    private void renewSecret(long nowNanos) {
        byte[] bytes = new byte[SecretKey.BYTES];
        random.fill(bytes);
        close();
        secret = SecretKey.copyOf(bytes);
        secretNanos = nowNanos;
        ConstantTime.wipe(bytes);
        byte[] start = new byte[RANDOM_BYTES];
        random.fill(start);
        System.arraycopy(start, 0, nonce, 0, RANDOM_BYTES);
        subkey = HandshakeAead.hchacha20(sealingKey, start);
    }

    private byte[] cookie(byte[] source) {
        byte[] key = secret.toBytes();
        try {
            return Blake2s.keyed(key, Limits.MAC_BYTES, source);
        } finally {
            ConstantTime.wipe(key);
        }
    }
}
