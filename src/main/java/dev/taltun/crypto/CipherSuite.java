package dev.taltun.crypto;

/** The AEAD of a session, and with it the Noise protocol that set it up. */
public enum CipherSuite {
    /** Suite 0, WireGuard's own: ChaCha20-Poly1305 (RFC 8439). */
    CHACHA20_POLY1305(0, "chacha20-poly1305"),
    /** Suite 1, between Taltun nodes only: AES-256-GCM (NIST SP 800-38D). */
    AES_256_GCM(1, "aes-256-gcm");

    private final int id;
    private final String text;

    CipherSuite(int id, String text) {
        this.id = id;
        this.text = text;
    }

    /** The number in the suite byte of the message header. */
    public int id() {
        return id;
    }

    /** The name in the configuration and on the command line. */
    public String text() {
        return text;
    }

    /** The suite with this number, or null. */
    public static CipherSuite ofId(int id) {
        return switch (id) {
            case 0 -> CHACHA20_POLY1305;
            case 1 -> AES_256_GCM;
            default -> null;
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
