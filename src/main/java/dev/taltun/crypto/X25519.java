package dev.taltun.crypto;

/**
 * Diffie-Hellman over Curve25519 (RFC 7748). Any thread; allocates.
 *
 * <p>Private keys are clamped inside the multiplication, so unclamped ones are fine.
 */
public final class X25519 {
    /** Length in bytes of private keys, public keys and shared secrets. */
    public static final int BYTES = 32;

    private static final byte[] BASE_POINT = new byte[BYTES];

    static {
        BASE_POINT[0] = 9;
    }

    private X25519() {}

    /** The public key that belongs to a private key. */
    public static PublicKey publicKey(SecretKey privateKey) {
        byte[] secret = privateKey.toBytes();
        try {
            byte[] point = new byte[BYTES];
            publicKey(secret, point);
            return PublicKey.copyOf(point);
        } finally {
            ConstantTime.wipe(secret);
        }
    }

    /** Computes the public key of {@code privateKey} into {@code out}, 32 bytes each. */
    public static void publicKey(byte[] privateKey, byte[] out) {
        // The plain ladder, not Bouncy Castle's base-point comb: its tables cost more at start-up
        // than the few ephemeral keys of a run ever win back.
        multiply(privateKey, BASE_POINT, out);
    }

    /**
     * Computes the shared secret into {@code out}.
     *
     * @return false if the result is all zero, which means that the public key is one of the
     *     low-order points and the secret is known to everybody; checked in constant time (RFC
     *     7748, section 6.1)
     */
    public static boolean agree(byte[] privateKey, byte[] publicKey, byte[] out) {
        multiply(privateKey, publicKey, out);
        return !ConstantTime.isZero(out);
    }

    /** Generates a key pair into two arrays of 32 bytes; the caller wipes the private one. */
    public static void generate(byte[] privateKey, byte[] publicKey) {
        Entropy.fill(privateKey);
        clamp(privateKey);
        publicKey(privateKey, publicKey);
    }

    /** Forces the bits that RFC 7748, section 5 wants fixed. */
    static void clamp(byte[] privateKey) {
        privateKey[0] &= (byte) 0xf8;
        privateKey[BYTES - 1] = (byte) ((privateKey[BYTES - 1] & 0x7f) | 0x40);
    }

    private static void multiply(byte[] scalar, byte[] point, byte[] out) {
        if (scalar.length != BYTES || point.length != BYTES || out.length != BYTES) {
            throw new IllegalArgumentException("X25519 works on 32 bytes");
        }
        org.bouncycastle.math.ec.rfc7748.X25519.scalarMult(scalar, 0, point, 0, out, 0);
    }
}
