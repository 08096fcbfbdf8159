package dev.taltun.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Published vectors: RFC 8439, and those of the GCM specification that NIST took over (McGrew and
 * Viega, appendix B, test cases 13 to 16 for AES-256).
 *
 * <p>The providers take nonces of four zero bytes and no additional data. Where a vector has
 * additional data they are held to its ciphertext, which does not depend on that, and to the
 * reference's tag. GCM's test cases 15 and 16 have a nonce that does not start with zeros, so no
 * provider can be asked; they check the reference, with which the providers are compared at random.
 */
class AeadVectorsTest {
    private static final byte[] NONE = {};
    private static final String GCM_KEY =
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
    private static final String GCM_NONCE = "cafebabefacedbaddecaf888";
    private static final String GCM_PLAIN =
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                    + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
    private static final String GCM_CIPHER =
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                    + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void gcmTestCases13And14(AeadProvider provider, CipherSuite suite) {
        if (suite != CipherSuite.AES_256_GCM) {
            return;
        }
        assertEquals("530f8afbc74536b9a963b4f1c4cb738b", sealZeros(provider, 0));
        assertEquals(
                "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919",
                sealZeros(provider, 16));
    }

    /**
     * RFC 8439, appendix A.1, test vectors 2 to 4: the key stream, which is what zeros are sealed
     * to. It begins at block 1; vectors 1 and 5 are block 0, which no provider shows.
     */
    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void chachaKeyStreamOfRfc8439AppendixA1(AeadProvider provider, CipherSuite suite) {
        if (suite != CipherSuite.CHACHA20_POLY1305) {
            return;
        }
        byte[] key = new byte[32];
        assertEquals(
                "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
                        + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
                keyStream(provider, key, 1));
        key[31] = 1;
        assertEquals(
                "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
                        + "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0",
                keyStream(provider, key, 1));
        key[31] = 0;
        key[1] = (byte) 0xff;
        assertEquals(
                "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca"
                        + "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096",
                keyStream(provider, key, 2));
    }

    /** Block n of the key stream, as hex. */
    private static String keyStream(AeadProvider provider, byte[] key, int block) {
        CipherSuite suite = CipherSuite.CHACHA20_POLY1305;
        byte[] sealed = Transport.seal(provider, suite, key, 0, new byte[64 * block]);
        return Hex.text(Arrays.copyOfRange(sealed, 64 * (block - 1), 64 * block));
    }

    private static String sealZeros(AeadProvider provider, int length) {
        try (Arena arena = Arena.ofConfined();
                AeadKey key = provider.newKey(CipherSuite.AES_256_GCM, new byte[32], 1)) {
            MemorySegment packet = arena.allocate(length + AeadKey.TAG_BYTES);
            key.seal(0, 0, packet, 0, packet, 0, length);
            String sealed = Hex.text(packet.toArray(ValueLayout.JAVA_BYTE));
            assertTrue(key.open(0, 0, packet, 0, packet, 0, (int) packet.byteSize()));
            return sealed;
        }
    }

    @Test
    void gcmTestCase15() {
        byte[] sealed = gcm(true, Hex.bytes(GCM_PLAIN), NONE);
        assertEquals(GCM_CIPHER + "b094dac5d93471bdec1a502270e3cc6c", Hex.text(sealed));
        assertArrayEquals(Hex.bytes(GCM_PLAIN), gcm(false, sealed, NONE));
    }

    @Test
    void gcmTestCase16() {
        byte[] aad = Hex.bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        String plain = GCM_PLAIN.substring(0, 120);
        byte[] sealed = gcm(true, Hex.bytes(plain), aad);
        assertEquals(
                GCM_CIPHER.substring(0, 120) + "76fc6ece0f4e1768cddf8853bb2d551b",
                Hex.text(sealed));
        assertArrayEquals(Hex.bytes(plain), gcm(false, sealed, aad));
    }

    private static byte[] gcm(boolean forSealing, byte[] input, byte[] aad) {
        return HandshakeAead.gcm(forSealing, Hex.bytes(GCM_KEY), Hex.bytes(GCM_NONCE), input, aad);
    }

    /** RFC 8439, appendix A.5: its nonce is a counter, 0x0807060504030201. */
    @Test
    void chachaOfRfc8439AppendixA5() {
        String key = "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0";
        byte[] aad = Hex.bytes("f33388860000000000004e91");
        byte[] sealed =
                Hex.bytes(
                        "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
                                + "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
                                + "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
                                + "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
                                + "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
                                + "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
                                + "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
                                + "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
                                + "a6ad5cb4022b02709b"
                                + "eead9d67890cbb22392336fea1851f38");
        byte[] plain = HandshakeAead.open(Hex.bytes(key), 0x0807060504030201L, sealed, aad);
        String start = new String(plain, 0, 16, StandardCharsets.US_ASCII);
        assertEquals("Internet-Drafts ", start);
        assertEquals(265, plain.length);
        assertArrayEquals(
                sealed, HandshakeAead.seal(Hex.bytes(key), 0x0807060504030201L, plain, aad));
        byte[] tagged = HandshakeAead.seal(Hex.bytes(key), 0x0807060504030201L, plain, NONE);
        assertArrayEquals(Arrays.copyOf(sealed, plain.length), Arrays.copyOf(tagged, plain.length));
        for (AeadProvider provider : Providers.available()) {
            CipherSuite suite = CipherSuite.CHACHA20_POLY1305;
            if (provider.supports(suite)) {
                assertArrayEquals(
                        tagged,
                        Transport.seal(provider, suite, Hex.bytes(key), 0x0807060504030201L, plain),
                        provider.name());
            }
        }
    }
}
