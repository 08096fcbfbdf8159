package dev.taltun.control;

import dev.taltun.crypto.CipherSuite;

/**
 * What one side makes of the cipher suites: sets of suites, bit i for suite i. Immutable.
 *
 * @param offered suites it can use; suite 0 always is
 * @param preferred suites that are faster than suite 0 for it
 * @param insisted suites that its user asked for
 */
public record SuiteChoice(int offered, int preferred, int insisted) {
    /** Only WireGuard's own suite, as a peer has it that is no Taltun engine. */
    public static final SuiteChoice WIREGUARD =
            new SuiteChoice(bit(CipherSuite.CHACHA20_POLY1305), 0, 0);

    private static int bit(CipherSuite suite) {
        return 1 << suite.id();
    }

    /** A Taltun engine's user wants WireGuard's own suite and no other. */
    public static SuiteChoice chacha() {
        int chacha = bit(CipherSuite.CHACHA20_POLY1305);
        return new SuiteChoice(chacha, 0, chacha);
    }

    /** Both suites, the fast one preferred or not. */
    public static SuiteChoice automatic(boolean aesIsFaster) {
        int aes = bit(CipherSuite.AES_256_GCM);
        return new SuiteChoice(WIREGUARD.offered | aes, aesIsFaster ? aes : 0, 0);
    }

    /** Both suites, AES wherever the other side has it. */
    public static SuiteChoice aes() {
        int aes = bit(CipherSuite.AES_256_GCM);
        return new SuiteChoice(WIREGUARD.offered | aes, aes, aes);
    }

    /** Whether sessions with this suite are acceptable. */
    public boolean offers(CipherSuite suite) {
        return (offered & bit(suite)) != 0;
    }

    /** What to use with the other side; the other side, asked about us, says the same. */
    public CipherSuite with(SuiteChoice other) {
        int aes = bit(CipherSuite.AES_256_GCM);
        boolean possible = (offered & other.offered & aes) != 0;
        boolean wanted =
                ((insisted | other.insisted) & aes) != 0
                        || (preferred & other.preferred & aes) != 0;
        return possible && wanted ? CipherSuite.AES_256_GCM : CipherSuite.CHACHA20_POLY1305;
    }
}
