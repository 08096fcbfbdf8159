package dev.taltun.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 8439, section 2.8.2 and the vectors of draft-irtf-cfrg-xchacha-03. */
class HandshakeAeadTest {
    private static final byte[] SUNSCREEN =
            ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
                            + "the future, sunscreen would be it.")
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEY =
            Hex.bytes("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    private static final byte[] AAD = Hex.bytes("50515253c0c1c2c3c4c5c6c7");

    @Test
    void chachaVectorOfRfc8439() {
        // The nonce 07 00 00 00 40..47 has a constant part, so the counter form cannot express it.
        int[] nonce = {0x00000007, 0x43424140, 0x47464544};
        byte[] sealed = HandshakeAead.chachaSeal(KEY, nonce, SUNSCREEN, AAD);
        assertEquals(
                "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                        + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                        + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                        + "3ff4def08e4b7a9de576d26586cec64b6116"
                        + "1ae10b594f09e26a7e902ecbd0600691",
                Hex.text(sealed));
        assertArrayEquals(SUNSCREEN, HandshakeAead.chachaOpen(KEY, nonce, sealed, AAD));
    }

    @Test
    void hchachaVectorOfTheDraft() {
        assertEquals(
                "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc",
                Hex.text(
                        HandshakeAead.hchacha20(
                                Hex.bytes(
                                        "000102030405060708090a0b0c0d0e0f"
                                                + "101112131415161718191a1b1c1d1e1f"),
                                Hex.bytes("000000090000004a0000000031415927"))));
    }

    @Test
    void xchachaVectorOfTheDraft() {
        byte[] nonce = Hex.bytes("404142434445464748494a4b4c4d4e4f5051525354555657");
        byte[] sealed = HandshakeAead.xseal(KEY, nonce, SUNSCREEN, AAD);
        assertEquals(
                "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                        + "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                        + "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                        + "21f9664c97637da9768812f615c68b13b52e"
                        + "c0875924c1c7987947deafd8780acf49",
                Hex.text(sealed));
        assertArrayEquals(SUNSCREEN, HandshakeAead.xopen(KEY, nonce, sealed, AAD));
        sealed[3] ^= 1;
        assertNull(HandshakeAead.xopen(KEY, nonce, sealed, AAD));
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void whatWasTamperedWithDoesNotOpen(CipherSuite suite) {
        byte[] sealed = HandshakeAead.seal(suite, KEY, 5, SUNSCREEN, AAD);
        assertArrayEquals(SUNSCREEN, HandshakeAead.open(suite, KEY, 5, sealed, AAD));
        assertNull(HandshakeAead.open(suite, KEY, 6, sealed, AAD));
        assertNull(HandshakeAead.open(suite, KEY, 5, sealed, new byte[0]));
        assertNull(HandshakeAead.open(suite, KEY, 5, new byte[15], AAD));
        assertNull(HandshakeAead.open(suite, KEY, 5, new byte[0], AAD));
        for (int i = 0; i < sealed.length; i++) {
            sealed[i] ^= 0x10;
            assertNull(HandshakeAead.open(suite, KEY, 5, sealed, AAD));
            sealed[i] ^= 0x10;
        }
    }

    @Test
    void emptyPlaintextIsOneTag() {
        byte[] none = {};
        byte[] sealed = HandshakeAead.seal(KEY, 0, none, AAD);
        assertEquals(HandshakeAead.TAG_BYTES, sealed.length);
        assertArrayEquals(none, HandshakeAead.open(KEY, 0, sealed, AAD));
    }
}
