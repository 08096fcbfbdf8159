package dev.taltun.noise;

import dev.taltun.crypto.Blake2s;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.HandshakeAead;

/**
 * Chaining key, transcript hash and cipher key while a message is written or read (Noise
 * specification, section 5.2). One thread; lives for one call and is then closed, which wipes it.
 */
final class SymmetricState implements AutoCloseable {
    private static final byte[] NOTHING = {};

    private final CipherSuite suite;
    private byte[] chainingKey;
    private byte[] hash;
    private byte[] key;

    /** Copies both arrays, so that closing wipes nothing of the caller's. */
    SymmetricState(CipherSuite suite, byte[] chainingKey, byte[] hash) {
        this.suite = suite;
        this.chainingKey = chainingKey.clone();
        this.hash = hash.clone();
    }

    CipherSuite suite() {
        return suite;
    }

    /** A copy of the chaining key, which the caller wipes. */
    byte[] chainingKey() {
        return chainingKey.clone();
    }

    /** A copy of the hash of everything both sides said so far; no secret. */
    byte[] hash() {
        return hash.clone();
    }

    /** {@code MixHash}. */
    void mixHash(byte[] data) {
        hash = Blake2s.hash(hash, data);
    }

    /** {@code MixKey} where the cipher key would be replaced before use: the chaining key only. */
    void mixChain(byte[] secret) {
        replaceChain(Blake2s.kdf(chainingKey, secret, 1)[0]);
    }

    /** {@code MixKey}. */
    void mixKey(byte[] secret) {
        byte[][] derived = Blake2s.kdf(chainingKey, secret, 2);
        replaceChain(derived[0]);
        replaceKey(derived[1]);
    }

    /** {@code MixKeyAndHash}. */
    void mixKeyAndHash(byte[] secret) {
        byte[][] derived = Blake2s.kdf(chainingKey, secret, 3);
        replaceChain(derived[0]);
        mixHash(derived[1]);
        ConstantTime.wipe(derived[1]);
        replaceKey(derived[2]);
    }

    /** {@code EncryptAndHash}; each key seals one text, so that the nonce is always 0. */
    byte[] sealAndHash(byte[] plain) {
        byte[] sealed = HandshakeAead.seal(suite, key, 0, plain, hash);
        mixHash(sealed);
        return sealed;
    }

    /** {@code DecryptAndHash}; null if not authentic. */
    byte[] openAndHash(byte[] sealed) {
        byte[] plain = HandshakeAead.open(suite, key, 0, sealed, hash);
        mixHash(sealed);
        return plain;
    }

    /** {@code Split}: the key of the initiator's messages and that of the responder's. */
    byte[][] split() {
        return Blake2s.kdf(chainingKey, NOTHING, 2);
    }

    @Override
    public void close() {
        ConstantTime.wipe(chainingKey);
        ConstantTime.wipe(key);
        ConstantTime.wipe(hash);
    }

    private void replaceChain(byte[] next) {
        ConstantTime.wipe(chainingKey);
        chainingKey = next;
    }

    private void replaceKey(byte[] next) {
        ConstantTime.wipe(key);
        key = next;
    }
}
