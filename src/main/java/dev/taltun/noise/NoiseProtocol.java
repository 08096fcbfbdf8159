package dev.taltun.noise;

import dev.taltun.crypto.Blake2s;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/**
 * Where a handshake starts: the name of the Noise protocol and the prologue, hashed once (Noise
 * specification, section 5.2, {@code InitializeSymmetric} and {@code MixHash(prologue)}).
 */
final class NoiseProtocol {
    private static final byte[] PROLOGUE = ascii("WireGuard v1 zx2c4 Jason@zx2c4.com");
    private static final Map<CipherSuite, NoiseProtocol> BY_SUITE =
            new EnumMap<>(CipherSuite.class);

    static {
        for (CipherSuite suite : CipherSuite.values()) {
            BY_SUITE.put(suite, new NoiseProtocol(suite, PROLOGUE));
        }
    }

    private final CipherSuite suite;
    private final byte[] chainingKey;
    private final byte[] hash;

    /** With a prologue of its own, for published test vectors; else {@link #of}. */
    NoiseProtocol(CipherSuite suite, byte[] prologue) {
        this.suite = suite;
        // Both names are longer than 32 bytes, so Noise hashes them instead of padding them.
        this.chainingKey = Blake2s.hash(ascii(name(suite)));
        this.hash = Blake2s.hash(chainingKey, prologue);
    }

    /** WireGuard's protocol, or the same with the AEAD of another suite. */
    static NoiseProtocol of(CipherSuite suite) {
        return BY_SUITE.get(suite);
    }

    /** The state of a handshake with this responder, before its first message. */
    SymmetricState begin(byte[] responderStatic) {
        return new SymmetricState(suite, chainingKey, Blake2s.hash(hash, responderStatic));
    }

    /** The state of a handshake with this responder, before its first message. */
    SymmetricState begin(PublicKey responderStatic) {
        return begin(responderStatic.toBytes());
    }

    private static String name(CipherSuite suite) {
        return switch (suite) {
            case CHACHA20_POLY1305 -> "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
            case AES_256_GCM -> "Noise_IKpsk2_25519_AESGCM_BLAKE2s";
        };
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
