package dev.taltun.noise;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import dev.taltun.crypto.X25519Key;

/**
 * Our own static key pair: who we are to every peer. Any thread may use it; its owner closes it,
 * which wipes its copy of the private key, when no handshake needs it any more.
 */
public final class StaticIdentity implements AutoCloseable {
    private final X25519Key privateKey;
    private final PublicKey publicKey;
    private final boolean nobody;

    /**
     * @param privateKey copied; stays the caller's
     */
    public StaticIdentity(SecretKey privateKey) {
        this(privateKey, false);
    }

    private StaticIdentity(SecretKey privateKey, boolean nobody) {
        this.privateKey = X25519.prepare(privateKey);
        this.publicKey = PublicKey.copyOf(this.privateKey.publicKey());
        this.nobody = nobody;
    }

    /**
     * Stands in while the user has given no private key: a fresh key pair that nobody knows, so
     * that nobody can call us, and under which we call nobody.
     */
    public static StaticIdentity nobody() {
        try (SecretKey unknown = SecretKey.generate()) {
            return new StaticIdentity(unknown, true);
        }
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
        return privateKey.agree(remotePublic, out);
    }

    @Override
    public void close() {
        privateKey.close();
    }

    @Override
    public String toString() {
        return publicKey.abbreviated();
    }
}
