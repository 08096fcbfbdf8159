package dev.taltun.config;

import dev.taltun.crypto.CipherSuite;
import java.util.Optional;

/** Which cipher suite sessions shall use. */
public enum CipherChoice {
    /** The fastest suite that both sides have. */
    AUTO("auto", null),
    /** WireGuard's own suite only. */
    CHACHA20_POLY1305(CipherSuite.CHACHA20_POLY1305.text(), CipherSuite.CHACHA20_POLY1305),
    /** AES-256-GCM with peers that have it; WireGuard's suite with those that do not. */
    AES_256_GCM(CipherSuite.AES_256_GCM.text(), CipherSuite.AES_256_GCM);

    private final String text;
    private final CipherSuite suite;

    CipherChoice(String text, CipherSuite suite) {
        this.text = text;
        this.suite = suite;
    }

    /** The name in the configuration. */
    public String text() {
        return text;
    }

    /** The suite asked for; empty for {@link #AUTO}. */
    public Optional<CipherSuite> suite() {
        return Optional.ofNullable(suite);
    }

    @Override
    public String toString() {
        return text;
    }
}
