package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/**
 * The known-answer test that every provider must pass before it sees a packet: a wrong library,
 * layout or CPU feature must be found here and not by a peer.
 *
 * <p>The tags cover the ciphertexts, so comparing them compares both; one length is empty, one ends
 * inside a block, one is a full packet, which takes the widest vector code. The answers are those
 * of Bouncy Castle, an implementation that shares no code with the others.
 */
final class AeadSelfTest {
    private static final long COUNTER = 0x0102030405060708L;
    private static final int[] LENGTHS = {0, 131, 1420};
    private static final String[] CHACHA_TAGS = {
        "2752c39e5b6b57e6b8f924db3698b1ba",
        "a8231a759d1bde3e3dfe7bada542135f",
        "fb027afaf5656edbc1a3192afc23ad47"
    };
    private static final String[] GCM_TAGS = {
        "5bfd8f11fd874b84b0da8d25e626f190",
        "2c041bb76957a69e794b492810b13c42",
        "cf087d32ad0e91da48ae0092fa1a6e9d"
    };

    private AeadSelfTest() {}

    /** Returns normally if the provider seals and opens correctly and rejects forgeries. */
    static void run(AeadProvider provider, CipherSuite suite) throws ProviderUnavailableException {
        byte[] key = new byte[ChaCha20.KEY_BYTES];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) i;
        }
        try (Arena arena = Arena.ofConfined();
                AeadKey aead = provider.newKey(suite, key, 1)) {
            for (int i = 0; i < LENGTHS.length; i++) {
                if (!passes(aead, arena, LENGTHS[i], tag(suite, i))) {
                    throw new ProviderUnavailableException(
                            "it failed the self-test of " + suite.text());
                }
            }
        }
    }

    private static byte[] tag(CipherSuite suite, int index) {
        return HexFormat.of()
                .parseHex(
                        switch (suite) {
                            case CHACHA20_POLY1305 -> CHACHA_TAGS[index];
                            case AES_256_GCM -> GCM_TAGS[index];
                        });
    }

    private static boolean passes(AeadKey key, Arena arena, int length, byte[] tag) {
        int sealed = length + AeadKey.TAG_BYTES;
        MemorySegment plain = arena.allocate(Math.max(1, length));
        for (int i = 0; i < length; i++) {
            plain.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        MemorySegment packet = arena.allocate(sealed);
        MemorySegment opened = arena.allocate(Math.max(1, length));
        key.seal(0, COUNTER, plain, 0, packet, 0, length);
        if (!ConstantTime.equal16(packet, length, MemorySegment.ofArray(tag), 0)) {
            return false;
        }
        for (int at : new int[] {0, length, sealed - 1}) {
            flip(packet, at);
            boolean forged = key.open(0, COUNTER, packet, 0, opened, 0, sealed);
            flip(packet, at);
            if (forged) {
                return false;
            }
        }
        return key.open(0, COUNTER, packet, 0, opened, 0, sealed)
                && !key.open(0, COUNTER + 1, packet, 0, opened, 0, sealed)
                && key.open(0, COUNTER, packet, 0, packet, 0, sealed)
                && packet.asSlice(0, length).mismatch(plain.asSlice(0, length)) < 0;
    }

    private static void flip(MemorySegment packet, long at) {
        byte value = packet.get(ValueLayout.JAVA_BYTE, at);
        packet.set(ValueLayout.JAVA_BYTE, at, (byte) (value ^ 1));
    }
}
