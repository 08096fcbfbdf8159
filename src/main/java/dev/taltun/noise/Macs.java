package dev.taltun.noise;

import dev.taltun.crypto.Blake2s;
import dev.taltun.crypto.PublicKey;
import dev.taltun.protocol.Limits;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * The two keys that messages to one receiver are marked with, and the places of mac1 and mac2: the
 * last 32 bytes of every handshake message (WireGuard paper, sections 5.4.4 and 5.4.7).
 *
 * <p>Both keys follow from the receiver's public key, so they are no secret from who knows that.
 */
final class Macs {
    private static final byte[] LABEL_MAC1 = "mac1----".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LABEL_COOKIE = "cookie--".getBytes(StandardCharsets.US_ASCII);

    private final byte[] mac1Key;
    private final byte[] cookieKey;

    Macs(PublicKey receiver) {
        mac1Key = mac1Key(receiver);
        cookieKey = cookieKey(receiver);
    }

    /** The key that messages to this receiver are marked with. */
    static byte[] mac1Key(PublicKey receiver) {
        return Blake2s.hash(LABEL_MAC1, receiver.toBytes());
    }

    /** The key that seals cookies from this receiver. */
    static byte[] cookieKey(PublicKey receiver) {
        return Blake2s.hash(LABEL_COOKIE, receiver.toBytes());
    }

    /** The key that seals cookies from this receiver. */
    byte[] cookieKey() {
        return cookieKey;
    }

    /** The mac1 that a message to this receiver should have. */
    byte[] mac1(MemorySegment segment, long offset, int length) {
        return mac(mac1Key, segment, offset, mac1Offset(length));
    }

    /** The mac2 that a message from the holder of a cookie should have. */
    static byte[] mac2(byte[] cookie, MemorySegment segment, long offset, int length) {
        return mac(cookie, segment, offset, mac2Offset(length));
    }

    /** Keyed hash of the first {@code length} bytes. */
    private static byte[] mac(byte[] key, MemorySegment segment, long offset, int length) {
        return Blake2s.keyed(key, Limits.MAC_BYTES, Segments.bytes(segment, offset, length));
    }

    /** Where mac1 lies in a message of this length. */
    static int mac1Offset(int length) {
        return length - 2 * Limits.MAC_BYTES;
    }

    /** Where mac2 lies in a message of this length. */
    static int mac2Offset(int length) {
        return length - Limits.MAC_BYTES;
    }

    /** The mac1 that a message has. */
    static byte[] storedMac1(MemorySegment segment, long offset, int length) {
        return Segments.bytes(segment, offset + mac1Offset(length), Limits.MAC_BYTES);
    }

    /** The mac2 that a message has. */
    static byte[] storedMac2(MemorySegment segment, long offset, int length) {
        return Segments.bytes(segment, offset + mac2Offset(length), Limits.MAC_BYTES);
    }
}
