package dev.taltun.crypto;

import java.util.Arrays;

/**
 * Intel IPsec-MB, the fastest of all where the CPU has AVX-512 and VAES: both suites in one native
 * call per packet.
 */
final class IpsecMbProvider implements AeadProvider {
    static final String NAME = "ipsec-mb";

    private final IpsecMb library;

    /** By lane, shared by all keys; grows when a key asks for more. */
    private IpsecMbLane[] lanes = {};

    private IpsecMbProvider(IpsecMb library) {
        this.library = library;
    }

    static IpsecMbProvider open(String... libraryNames) throws ProviderUnavailableException {
        return new IpsecMbProvider(IpsecMb.open(libraryNames));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return library.version();
    }

    /** True on CPUs where nothing else comes near, so that nothing else need be tried. */
    boolean isUnrivalled() {
        return library.hasWideVectors();
    }

    @Override
    public boolean supports(CipherSuite suite) {
        return true;
    }

    @Override
    public AeadKey newKey(CipherSuite suite, byte[] key, int laneCount) {
        IpsecMbLane[] forKey = atLeast(laneCount);
        return switch (suite) {
            case CHACHA20_POLY1305 -> new IpsecMbChaChaKey(key, forKey);
            case AES_256_GCM -> new IpsecMbGcmKey(library, key, forKey);
        };
    }

    private synchronized IpsecMbLane[] atLeast(int count) {
        int had = lanes.length;
        if (had < count) {
            lanes = Arrays.copyOf(lanes, count);
            for (int i = had; i < count; i++) {
                lanes[i] = new IpsecMbLane(library);
            }
        }
        return lanes;
    }
}
