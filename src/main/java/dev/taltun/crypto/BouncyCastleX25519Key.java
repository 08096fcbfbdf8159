package dev.taltun.crypto;

/** A private key for the implementation in Java, which every machine has. */
final class BouncyCastleX25519Key implements X25519Key {
    private static final byte[] BASE_POINT = new byte[X25519.BYTES];

    static {
        BASE_POINT[0] = 9;
    }

    private final SecretKey secret;
    private final byte[] publicKey = new byte[X25519.BYTES];

    BouncyCastleX25519Key(byte[] privateKey) {
        secret = SecretKey.copyOf(privateKey);
        // The plain ladder, not Bouncy Castle's base-point comb: its tables cost more at start-up
        // than the few ephemeral keys of a run ever win back.
        multiply(privateKey, BASE_POINT, publicKey);
    }

    @Override
    public byte[] publicKey() {
        return publicKey.clone();
    }

    @Override
    public boolean agree(byte[] remotePublic, byte[] out) {
        byte[] key = secret.toBytes();
        try {
            multiply(key, remotePublic, out);
        } finally {
            ConstantTime.wipe(key);
        }
        return !ConstantTime.isZero(out);
    }

    private static void multiply(byte[] scalar, byte[] point, byte[] out) {
        X25519.check(point, out);
        org.bouncycastle.math.ec.rfc7748.X25519.scalarMult(scalar, 0, point, 0, out, 0);
    }

    @Override
    public void close() {
        secret.close();
    }

    @Override
    public String toString() {
        return "X25519Key(hidden)";
    }
}
