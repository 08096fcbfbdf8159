package dev.taltun.noise;

import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;

/**
 * Our own static key pair: who we are to every peer. Any thread may use it; the owner of the
 * private key closes that key when no handshake needs it any more.
 */
public final class StaticIdentity {
    private final SecretKey privateKey;
    private final PublicKey publicKey;
    private final boolean nobody;

    public StaticIdentity(SecretKey privateKey) {
        this(privateKey, false);
    }

    private StaticIdentity(SecretKey privateKey, boolean nobody) {
        this.privateKey = privateKey;
        this.publicKey = X25519.publicKey(privateKey);
        this.nobody = nobody;
    }

    /**
     * Stands in while the user has given no private key: a fresh key pair that nobody knows, so
     * that nobody can call us, and under which we call nobody.
     */
    public static StaticIdentity nobody() {
        return new StaticIdentity(SecretKey.generate(), true);
    }

    /** Whether this only stands in for a key that the user has not given. */
    public boolean isNobody() {
        return nobody;
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    /** Agrees with a public key; false if that is a low-order point. */
    boolean agree(byte[] remotePublic, byte[] out) {
        byte[] secret = privateKey.toBytes();
        try {
            return X25519.agree(secret, remotePublic, out);
        } finally {
            ConstantTime.wipe(secret);
        }
    }

    @Override
    public String toString() {
        return publicKey.abbreviated();
    }
}
