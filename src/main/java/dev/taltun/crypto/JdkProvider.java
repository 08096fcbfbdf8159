package dev.taltun.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * The JDK's own {@code Cipher}: always there, and the slowest way.
 *
 * <p>It works on the Java heap, so packets are copied in and out of per-lane arrays, and {@code
 * Cipher} itself allocates a few objects at each packet; that is its design and cannot be avoided
 * from outside.
 */
final class JdkProvider implements AeadProvider {
    static final String NAME = "jdk";

    /** Scratch by lane, shared by all keys: a lane is used by one thread at a time. */
    private final HeapLane.Table lanes = new HeapLane.Table();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return Integer.toString(Runtime.version().feature());
    }

    @Override
    public boolean supports(CipherSuite suite) {
        try {
            newCipher(suite);
            return true;
        } catch (GeneralSecurityException notHere) {
            return false;
        }
    }

    @Override
    public AeadKey newKey(CipherSuite suite, byte[] key, int laneCount) {
        try {
            Cipher[] ciphers = new Cipher[laneCount];
            for (int i = 0; i < laneCount; i++) {
                ciphers[i] = newCipher(suite);
            }
            return new JdkAeadKey(suite, key, lanes.atLeast(laneCount), ciphers);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + suite.text(), e);
        }
    }

    private static Cipher newCipher(CipherSuite suite) throws GeneralSecurityException {
        return Cipher.getInstance(
                switch (suite) {
                    case CHACHA20_POLY1305 -> "ChaCha20-Poly1305";
                    case AES_256_GCM -> "AES/GCM/NoPadding";
                });
    }
}
