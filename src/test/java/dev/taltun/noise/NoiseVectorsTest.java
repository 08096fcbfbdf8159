package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.HandshakeAead;
import dev.taltun.crypto.SecretKey;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/**
 * The pattern against the published vectors of the Noise implementation cacophony, for both suites.
 * They have a prologue and payloads of their own; all else is what WireGuard does.
 */
final class NoiseVectorsTest {
    private static final byte[] PROLOGUE = hex("4a6f686e2047616c74");
    private static final byte[] PSK =
            hex("54686973206973206d7920417573747269616e20706572737065637469766521");
    private static final StaticIdentity INITIATOR =
            identity("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1");
    private static final StaticIdentity RESPONDER =
            identity("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893");
    private static final byte[] INITIATOR_EPHEMERAL =
            hex("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a");
    private static final byte[] RESPONDER_EPHEMERAL =
            hex("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b");
    private static final byte[] PAYLOAD_1 = hex("4c756477696720766f6e204d69736573");
    private static final byte[] PAYLOAD_2 = hex("4d757272617920526f746862617264");
    private static final byte[] PAYLOAD_3 = hex("462e20412e20486179656b");
    private static final byte[] PAYLOAD_4 = hex("4361726c204d656e676572");

    @Test
    void chaChaPoly() {
        play(
                CipherSuite.CHACHA20_POLY1305,
                "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
                        + "001e21de9f98ddd8e2ad57527207feb56253c9c94a9e496782ecfcb2a75fbcaf"
                        + "1b52948cc48daefe660c62119ab50009"
                        + "80c84831215f2441eba616548e832985464cf17e51ee93109008399a21f7e13f",
                "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
                        + "cb765f2caef0751b8f007572dab0322217755c0632f365717edbf34d33e87a",
                "8153ca9833bc3c1b91a7e66e5f4d4f5b59bf9e64c2f20d15f0bba7",
                "07af0c9c86e1b4e80f36b04ff7688d51141af3debd0332f0a705ef",
                "f5191b875290abcd41347ac3622d9679688a7e980229cb937ef748336cfde0e5");
    }

    @Test
    void aesGcm() {
        play(
                CipherSuite.AES_256_GCM,
                "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
                        + "f70d65fedfd7ad294f4c8f5c1324c7c90e54cd8af05652112a27b261e11ce99d"
                        + "9d517c4a1e0753038edb26066b4087b4"
                        + "c230aafa22b0552550b723eb69374a674d306a84e1852e30af2e2dbefeb4fd2f",
                "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
                        + "4190dae84b6887641a5f81e03d83f7be91fa1134c18dde966e18fc404b97a8",
                "061b631b380a639a0801920ddf205e2dbf6606c3328683c6af50fc",
                "c4b5ecd181f80279f2cc41217d490ed56459e3e3fb5e758e522d0d",
                "60f2139120264f109f2bd525a8d94877d7896d64394c34a7abedbc114154a6d5");
    }

    private static void play(
            CipherSuite suite,
            String message1,
            String message2,
            String transport1,
            String transport2,
            String handshakeHash) {
        NoiseProtocol protocol = new NoiseProtocol(suite, PROLOGUE);
        byte[] ss = new byte[32];
        INITIATOR.agree(RESPONDER.publicKey().toBytes(), ss);
        SymmetricState initiator = protocol.begin(RESPONDER.publicKey());
        SymmetricState responder = protocol.begin(RESPONDER.publicKey());

        IkPsk2.Ephemeral e = IkPsk2.Ephemeral.of(INITIATOR_EPHEMERAL.clone());
        byte[] rs = RESPONDER.publicKey().toBytes();
        IkPsk2.First first = IkPsk2.writeFirst(initiator, e, INITIATOR, rs, ss, PAYLOAD_1);
        assertEquals(message1, hex(first.ephemeral(), first.sealedStatic(), first.sealedPayload()));

        byte[] is = IkPsk2.readStatic(responder, RESPONDER, first);
        assertArrayEquals(INITIATOR.publicKey().toBytes(), is);
        assertArrayEquals(PAYLOAD_1, IkPsk2.readPayload(responder, ss, first));

        IkPsk2.Ephemeral re = IkPsk2.Ephemeral.of(RESPONDER_EPHEMERAL.clone());
        IkPsk2.Second second =
                IkPsk2.writeSecond(responder, re, first.ephemeral(), is, PSK, PAYLOAD_2);
        assertNotNull(second);
        assertEquals(message2, hex(second.ephemeral(), second.sealedPayload()));
        assertArrayEquals(PAYLOAD_2, IkPsk2.readSecond(initiator, e, INITIATOR, PSK, second));

        assertEquals(handshakeHash, hex(initiator.hash()));
        assertEquals(handshakeHash, hex(responder.hash()));
        byte[][] keys = initiator.split();
        assertArrayEquals(keys, responder.split());
        byte[] none = {};
        assertEquals(transport1, hex(HandshakeAead.seal(suite, keys[0], 0, PAYLOAD_3, none)));
        assertEquals(transport2, hex(HandshakeAead.seal(suite, keys[1], 0, PAYLOAD_4, none)));
    }

    private static StaticIdentity identity(String privateKey) {
        return new StaticIdentity(SecretKey.copyOf(hex(privateKey)));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static String hex(byte[]... parts) {
        StringBuilder out = new StringBuilder();
        for (byte[] part : parts) {
            out.append(HexFormat.of().formatHex(part));
        }
        return out.toString();
    }
}
