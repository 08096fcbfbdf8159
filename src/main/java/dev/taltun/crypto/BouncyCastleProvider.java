package dev.taltun.crypto;

/**
 * Bouncy Castle's lightweight API: the reference that tests compare the others with. Far too slow
 * for packets, so it is used only when forced by name.
 */
final class BouncyCastleProvider implements AeadProvider {
    static final String NAME = "bouncycastle";

    private final HeapLane.Table lanes = new HeapLane.Table();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        // In taltun.jar the library has no manifest of its own to ask.
        return "bundled";
    }

    @Override
    public boolean supports(CipherSuite suite) {
        return true;
    }

    @Override
    public AeadKey newKey(CipherSuite suite, byte[] key, int laneCount) {
        return new BouncyCastleAeadKey(suite, key, lanes.atLeast(laneCount));
    }
}
