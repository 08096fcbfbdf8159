package dev.taltun.crypto;

/** A library that seals and opens packets. Any thread; lives as long as the process. */
public interface AeadProvider {
    /** Short name, as {@code --crypto} takes it: "ipsec-mb", "openssl", "jdk", "bouncycastle". */
    String name();

    /** Version of the library behind it, for the log. */
    String version();

    /** True if this provider has the suite. */
    boolean supports(CipherSuite suite);

    /**
     * Prepares a key for use.
     *
     * @param key 32 bytes; copied, the caller wipes them
     * @param lanes how many threads will use it, numbered from 0
     */
    AeadKey newKey(CipherSuite suite, byte[] key, int lanes);
}
