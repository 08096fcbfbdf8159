package dev.taltun.netns;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.util.Base64;

/** A Curve25519 key pair in the base64 that wg(8) reads, made by the JDK and not by Taltun. */
public record Keys(String privateKey, String publicKey) {
    private static final int BYTES = 32;

    public static Keys generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            byte[] secret = ((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow();
            byte[] bigEndian = ((XECPublicKey) pair.getPublic()).getU().toByteArray();
            byte[] point = new byte[BYTES];
            for (int i = 0; i < Math.min(BYTES, bigEndian.length); i++) {
                point[i] = bigEndian[bigEndian.length - 1 - i];
            }
            return new Keys(base64(secret), base64(point));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public static String presharedKey() {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        return base64(key);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
