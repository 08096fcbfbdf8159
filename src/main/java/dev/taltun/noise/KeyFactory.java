package dev.taltun.noise;

import dev.taltun.crypto.AeadKey;
import dev.taltun.crypto.CipherSuite;

/** Makes the transport keys of a new session, usually {@code AeadProvider.newKey} of a provider. */
@FunctionalInterface
public interface KeyFactory {
    /**
     * A key ready for use, with a lane for each thread that will use it.
     *
     * @param key 32 bytes, copied; the caller wipes them
     */
    AeadKey newKey(CipherSuite suite, byte[] key);
}
