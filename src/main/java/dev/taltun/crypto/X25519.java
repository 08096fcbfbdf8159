package dev.taltun.crypto;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Diffie-Hellman over Curve25519 (RFC 7748): by OpenSSL where it is installed and passes a
 * self-test, else by Bouncy Castle. Any thread; allocates.
 *
 * <p>Private keys are clamped inside the multiplication, so unclamped ones are fine.
 */
public final class X25519 {
    /** Length in bytes of private keys, public keys and shared secrets. */
    public static final int BYTES = 32;

    /**
     * Every point whose multiples by 8 vanish, so that whatever the private key the secret is zero:
     * u = 0, 1, the two of order 8, p - 1, and again 0 and 1 written as p and p + 1. Bit 255 is
     * ignored (RFC 7748, section 5).
     */
    private static final List<byte[]> LOW_ORDER =
            List.of(
                    hex("0000000000000000000000000000000000000000000000000000000000000000"),
                    hex("0100000000000000000000000000000000000000000000000000000000000000"),
                    hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
                    hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
                    hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
                    hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
                    hex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));

    private X25519() {}

    /** Loaded at the first use. */
    private static final class Library {
        /** Null where OpenSSL cannot be used. */
        static final OpenSslX25519 OPENSSL = open();

        private static OpenSslX25519 open() {
            try {
                return OpenSslX25519.open(OpenSsl.LIBRARY_NAME);
            } catch (ProviderUnavailableException e) {
                return null;
            }
        }
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    /** Prepares a private key of 32 bytes, which are copied; the caller closes the result. */
    public static X25519Key prepare(byte[] privateKey) {
        return Library.OPENSSL == null
                ? new BouncyCastleX25519Key(privateKey)
                : new OpenSslX25519Key(Library.OPENSSL, privateKey);
    }

    /** Prepares a private key, which stays the caller's; the caller closes the result. */
    public static X25519Key prepare(SecretKey privateKey) {
        byte[] secret = privateKey.toBytes();
        try {
            return prepare(secret);
        } finally {
            ConstantTime.wipe(secret);
        }
    }

    /** The public key that belongs to a private key. */
    public static PublicKey publicKey(SecretKey privateKey) {
        try (X25519Key key = prepare(privateKey)) {
            return PublicKey.copyOf(key.publicKey());
        }
    }

    /** Computes the public key of {@code privateKey} into {@code out}, 32 bytes each. */
    public static void publicKey(byte[] privateKey, byte[] out) {
        try (X25519Key key = prepare(privateKey)) {
            System.arraycopy(key.publicKey(), 0, out, 0, BYTES);
        }
    }

    /**
     * Computes the shared secret into {@code out}; see {@link X25519Key#agree}, which is for keys
     * that are used more than once.
     */
    public static boolean agree(byte[] privateKey, byte[] publicKey, byte[] out) {
        try (X25519Key key = prepare(privateKey)) {
            return key.agree(publicKey, out);
        }
    }

    /** Whether nothing secret can be agreed with a public key, whatever the private key. */
    public static boolean isLowOrder(PublicKey publicKey) {
        byte[] point = publicKey.toBytes();
        point[BYTES - 1] &= 0x7f;
        return LOW_ORDER.stream().anyMatch(low -> Arrays.equals(low, point));
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

    static void check(byte[] one, byte[] other) {
        if (one.length != BYTES || other.length != BYTES) {
            throw new IllegalArgumentException("X25519 works on 32 bytes");
        }
    }
}
