package dev.taltun.crypto;

import java.util.Arrays;

/** OpenSSL 3: on nearly every Linux, fast on every CPU. */
final class OpenSslProvider implements AeadProvider {
    static final String NAME = "openssl";

    private final OpenSsl library;

    /** By lane, shared by all keys; grows when a key asks for more. */
    private OpenSslLane[] lanes = {};

    private OpenSslProvider(OpenSsl library) {
        this.library = library;
    }

    static OpenSslProvider open(String libraryName) throws ProviderUnavailableException {
        return new OpenSslProvider(OpenSsl.open(libraryName));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return library.version();
    }

    @Override
    public boolean supports(CipherSuite suite) {
        return library.has(suite);
    }

    @Override
    public AeadKey newKey(CipherSuite suite, byte[] key, int laneCount) {
        return new OpenSslKey(library, suite, key, laneCount, atLeast(laneCount));
    }

    private synchronized OpenSslLane[] atLeast(int count) {
        int had = lanes.length;
        if (had < count) {
            lanes = Arrays.copyOf(lanes, count);
            for (int i = had; i < count; i++) {
                lanes[i] = new OpenSslLane();
            }
        }
        return lanes;
    }
}
