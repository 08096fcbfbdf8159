package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.SecretKey;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.HandshakeResponse;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.junit.jupiter.api.Test;

/**
 * A whole handshake, byte for byte, against the formulas of the WireGuard paper (section 5.4)
 * written down once more from Bouncy Castle's primitives alone: no code is shared with what is
 * tested.
 */
final class WireGuardPaperTest {
    private static final byte[] NOTHING = {};
    private static final int INITIATOR_INDEX = 0x01020304;
    private static final int RESPONDER_INDEX = 0xa0b0c0d0;

    private final byte[] sInitiator = filled(0x11);
    private final byte[] sResponder = filled(0x22);
    private final byte[] eInitiator = filled(0x33);
    private final byte[] eResponder = filled(0x44);
    private final byte[] q = filled(0x55);
    private final Tai64n time = Tai64n.of(1_700_000_000L, 500_000_000);

    @Test
    void initiationResponseAndKeysAreThePapers() throws Exception {
        byte[] construction = ascii("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s");
        byte[] identifier = ascii("WireGuard v1 zx2c4 Jason@zx2c4.com");
        byte[] pubI = pub(sInitiator);
        byte[] pubR = pub(sResponder);
        byte[] epubI = pub(eInitiator);
        byte[] epubR = pub(eResponder);

        // 5.4.2, first message
        byte[] c = hash(construction);
        byte[] h = hash(cat(c, identifier));
        h = hash(cat(h, pubR));
        c = kdf(c, epubI, 1)[0];
        h = hash(cat(h, epubI));
        byte[][] k = kdf(c, dh(eInitiator, pubR), 2);
        byte[] msgStatic = aead(k[1], pubI, h);
        h = hash(cat(h, msgStatic));
        k = kdf(k[0], dh(sInitiator, pubR), 2);
        byte[] msgTimestamp = aead(k[1], time.toBytes(), h);
        h = hash(cat(h, msgTimestamp));
        c = k[0];
        byte[] alpha = cat(new byte[] {1, 0, 0, 0, 4, 3, 2, 1}, epubI, msgStatic, msgTimestamp);
        byte[] mac1 = mac(hash(cat(ascii("mac1----"), pubR)), alpha);
        byte[] expectedInitiation = cat(alpha, mac1, new byte[16]);

        // 5.4.3, second message
        c = kdf(c, epubR, 1)[0];
        h = hash(cat(h, epubR));
        c = kdf(c, dh(eResponder, epubI), 1)[0];
        c = kdf(c, dh(eResponder, pubI), 1)[0];
        k = kdf(c, q, 3);
        c = k[0];
        h = hash(cat(h, k[1]));
        byte[] msgEmpty = aead(k[2], NOTHING, h);
        byte[] indices = HexFormat.of().parseHex("d0c0b0a004030201");
        byte[] beta = cat(new byte[] {2, 0, 0, 0}, indices, epubR, msgEmpty);
        byte[] mac1Response = mac(hash(cat(ascii("mac1----"), pubI)), beta);
        byte[] expectedResponse = cat(beta, mac1Response, new byte[16]);

        // 5.4.5, transport keys
        byte[][] transport = kdf(c, NOTHING, 2);

        check(expectedInitiation, expectedResponse, transport);
    }

    private void check(byte[] expectedInitiation, byte[] expectedResponse, byte[][] transport) {
        StaticIdentity identityI = new StaticIdentity(SecretKey.copyOf(sInitiator));
        StaticIdentity identityR = new StaticIdentity(SecretKey.copyOf(sResponder));
        SecretKey psk = SecretKey.copyOf(q);
        Handshake initiator =
                new Handshake(
                        identityI, identityR.publicKey(), psk, Fixed.Key::new, give(eInitiator));
        Handshake responder =
                new Handshake(
                        identityR, identityI.publicKey(), psk, Fixed.Key::new, give(eResponder));
        MemorySegment initiation = Fixed.message(HandshakeInitiation.BYTES);
        MemorySegment response = Fixed.message(HandshakeResponse.BYTES);
        CipherSuite suite = CipherSuite.CHACHA20_POLY1305;
        initiator.createInitiation(suite, INITIATOR_INDEX, time, 0, initiation, 0);
        assertEquals(hex(expectedInitiation), hex(Fixed.bytes(initiation)));
        Session r;
        try (ReceivedInitiation received = ReceivedInitiation.open(identityR, initiation, 0)) {
            assertEquals(InitiationVerdict.ACCEPTED, responder.accept(received, 0));
            r = responder.respond(received, RESPONDER_INDEX, 0, response, 0);
        }
        assertEquals(hex(expectedResponse), hex(Fixed.bytes(response)));
        Session i = initiator.consumeResponse(response, 0, 0);
        assertArrayEquals(transport[0], ((Fixed.Key) i.sendKey()).key);
        assertArrayEquals(transport[1], ((Fixed.Key) i.receiveKey()).key);
        assertArrayEquals(transport[0], ((Fixed.Key) r.receiveKey()).key);
        assertArrayEquals(transport[1], ((Fixed.Key) r.sendKey()).key);
    }

    private static RandomSource give(byte[] ephemeral) {
        return out -> System.arraycopy(ephemeral, 0, out, 0, out.length);
    }

    private static byte[] filled(int value) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) value);
        return key;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] cat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] pub(byte[] secret) {
        byte[] out = new byte[32];
        X25519.scalarMultBase(secret, 0, out, 0);
        return out;
    }

    private static byte[] dh(byte[] secret, byte[] point) {
        byte[] out = new byte[32];
        X25519.scalarMult(secret, 0, point, 0, out, 0);
        return out;
    }

    private static byte[] hash(byte[] input) {
        return digest(new Blake2sDigest(256), input);
    }

    private static byte[] mac(byte[] key, byte[] input) {
        return digest(new Blake2sDigest(key, 16, null, null), input);
    }

    private static byte[] digest(Blake2sDigest digest, byte[] input) {
        byte[] out = new byte[digest.getDigestSize()];
        digest.update(input, 0, input.length);
        digest.doFinal(out, 0);
        return out;
    }

    private static byte[] hmac(byte[] key, byte[] input) {
        HMac hmac = new HMac(new Blake2sDigest(256));
        hmac.init(new KeyParameter(key));
        hmac.update(input, 0, input.length);
        byte[] out = new byte[32];
        hmac.doFinal(out, 0);
        return out;
    }

    private static byte[][] kdf(byte[] key, byte[] input, int n) {
        byte[] t0 = hmac(key, input);
        byte[][] out = new byte[n][];
        out[0] = hmac(t0, new byte[] {1});
        for (int i = 1; i < n; i++) {
            out[i] = hmac(t0, cat(out[i - 1], new byte[] {(byte) (i + 1)}));
        }
        return out;
    }

    private static byte[] aead(byte[] key, byte[] plain, byte[] aad) throws Exception {
        ChaCha20Poly1305 cipher = new ChaCha20Poly1305();
        cipher.init(true, new AEADParameters(new KeyParameter(key), 128, new byte[12], aad));
        byte[] out = new byte[cipher.getOutputSize(plain.length)];
        int n = cipher.processBytes(plain, 0, plain.length, out, 0);
        cipher.doFinal(out, n);
        return out;
    }
}
