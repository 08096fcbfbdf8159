package dev.taltun.crypto;

/**
 * One Curve25519 private key, ready for use: in the form that the fastest implementation of this
 * machine wants it. Made by {@link X25519#prepare}; the key in it is off-heap and wiped by {@link
 * #close()}.
 *
 * <p>Any thread may use it; its owner closes it when no thread uses it any more.
 */
public interface X25519Key extends AutoCloseable {
    /** The public key that belongs to it: 32 bytes, the caller's. */
    byte[] publicKey();

    /**
     * Computes the secret shared with the owner of another key into {@code out}.
     *
     * @param remotePublic 32 bytes, any of which are a point
     * @param out 32 bytes, wiped by the caller
     * @return false if the secret is all zero, which means that the public key is one of the
     *     low-order points and the secret is known to everybody (RFC 7748, section 6.1)
     * @throws IllegalStateException after {@link #close()}
     */
    boolean agree(byte[] remotePublic, byte[] out);

    /** Wipes the key; closing again does nothing. */
    @Override
    void close();
}
