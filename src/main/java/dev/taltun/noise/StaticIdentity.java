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

    public StaticIdentity(SecretKey privateKey) {
        this.privateKey = privateKey;
        this.publicKey = X25519.publicKey(privateKey);
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
