package dev.taltun.noise;

import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.HandshakeAead;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.protocol.CookieReply;
import dev.taltun.protocol.Limits;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Marks the handshake messages to one peer: mac1 always, mac2 while a cookie of the peer is fresh
 * (WireGuard paper, sections 5.4.4 and 5.4.7). Control agent's thread.
 */
final class CookieGenerator implements AutoCloseable {
    private static final long COOKIE_AGE_MAX_NANOS =
            Limits.COOKIE_REFRESH_TIME_NANOS - Limits.COOKIE_LATENCY_NANOS;

    private final Macs macs;

    /** The mac1 that a cookie reply must be bound to, or null if no message is unanswered. */
    private byte[] lastMac1;

    /** 16 bytes of cookie and 16 zeros, or null. */
    private SecretKey cookie;

    private long cookieNanos;

    CookieGenerator(PublicKey remote) {
        this.macs = new Macs(remote);
    }

    /** Writes the last 32 bytes of a handshake message whose other bytes are complete. */
    void addMacs(MemorySegment segment, long offset, int length, long nowNanos) {
        lastMac1 = macs.mac1(segment, offset, length);
        Segments.put(lastMac1, segment, offset + Macs.mac1Offset(length));
        Segments.put(
                mac2(segment, offset, length, nowNanos), segment, offset + Macs.mac2Offset(length));
    }

    /** Takes the cookie of a reply to the last message; false if it is not authentic. */
    boolean consumeReply(MemorySegment segment, long offset, long nowNanos) {
        if (lastMac1 == null) {
            return false;
        }
        byte[] nonce =
                Segments.bytes(
                        segment, offset + CookieReply.NONCE_OFFSET, Limits.COOKIE_NONCE_BYTES);
        byte[] sealed =
                Segments.bytes(
                        segment, offset + CookieReply.COOKIE_OFFSET, CookieReply.COOKIE_BYTES);
        byte[] opened = HandshakeAead.xopen(macs.cookieKey(), nonce, sealed, lastMac1);
        if (opened == null) {
            return false;
        }
        byte[] padded = Arrays.copyOf(opened, SecretKey.BYTES);
        close();
        cookie = SecretKey.copyOf(padded);
        cookieNanos = nowNanos;
        // One reply for each message: a second one could only be a replay.
        lastMac1 = null;
        ConstantTime.wipe(opened, padded);
        return true;
    }

    /** Wipes the cookie. */
    @Override
    public void close() {
        if (cookie != null) {
            cookie.close();
            cookie = null;
        }
    }

    private byte[] mac2(MemorySegment segment, long offset, int length, long nowNanos) {
        if (cookie == null || nowNanos - cookieNanos >= COOKIE_AGE_MAX_NANOS) {
            return new byte[Limits.MAC_BYTES];
        }
        byte[] padded = cookie.toBytes();
        byte[] key = Arrays.copyOf(padded, Limits.MAC_BYTES);
        try {
            return Macs.mac2(key, segment, offset, length);
        } finally {
            ConstantTime.wipe(padded, key);
        }
    }
}
