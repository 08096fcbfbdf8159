package dev.taltun.bench;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.util.Base64;

/** A key pair for one trial, base64 as {@code wg genkey} and {@code wg pubkey} print it. */
record WireGuardKeys(String privateKey, String publicKey) {
    private static final int BYTES = 32;

    static WireGuardKeys generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            byte[] scalar = ((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow();
            byte[] big = ((XECPublicKey) pair.getPublic()).getU().toByteArray();
            byte[] point = new byte[BYTES];
            for (int i = 0; i < Math.min(BYTES, big.length); i++) {
                point[i] = big[big.length - 1 - i];
            }
            Base64.Encoder base64 = Base64.getEncoder();
            return new WireGuardKeys(base64.encodeToString(scalar), base64.encodeToString(point));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has X25519", e);
        }
    }
}
