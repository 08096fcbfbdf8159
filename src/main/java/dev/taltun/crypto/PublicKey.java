package dev.taltun.crypto;

import java.util.Arrays;
import java.util.Base64;

/** A Curve25519 public key: 32 bytes, immutable, the identity of a peer. Any thread. */
public final class PublicKey implements Comparable<PublicKey> {
    /** Length in bytes. */
    public static final int BYTES = KeyText.KEY_BYTES;

    private final byte[] key;

    private PublicKey(byte[] ownedKey) {
        key = ownedKey;
    }

    /** Copies 32 bytes. */
    public static PublicKey copyOf(byte[] key) {
        if (key.length != BYTES) {
            throw new IllegalArgumentException(
                    "the key has " + key.length + " bytes instead of " + BYTES);
        }
        return new PublicKey(key.clone());
    }

    /**
     * Reads a key written in base64 or hex.
     *
     * @throws IllegalArgumentException with a one-line reason
     */
    public static PublicKey parse(CharSequence text) {
        return new PublicKey(KeyText.decode(text));
    }

    /** A copy of the 32 bytes. */
    public byte[] toBytes() {
        return key.clone();
    }

    /** The form wg(8) prints: 44 characters of base64. */
    public String toBase64() {
        return Base64.getEncoder().encodeToString(key);
    }

    /** Short form for logs: the first and last four digits of the base64, {@code "abcd…wxyz"}. */
    public String abbreviated() {
        String text = toBase64();
        int digits = text.length() - 1;
        return text.substring(0, 4) + "…" + text.substring(digits - 4, digits);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey that && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }

    /** Order of the unsigned bytes: the same list of peers prints the same everywhere. */
    @Override
    public int compareTo(PublicKey other) {
        return Arrays.compareUnsigned(key, other.key);
    }

    @Override
    public String toString() {
        return toBase64();
    }
}
