package dev.taltun.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7748, sections 5.2 and 6.1. */
class X25519Test {
    /** The same from every implementation that there is on this machine. */
    private static String agree(String scalar, String point) {
        byte[] expected = new byte[32];
        assertTrue(X25519.agree(Hex.bytes(scalar), Hex.bytes(point), expected));
        for (X25519Key key : keys(Hex.bytes(scalar))) {
            byte[] out = new byte[32];
            assertTrue(key.agree(Hex.bytes(point), out));
            assertEquals(Hex.text(expected), Hex.text(out), key.getClass().getSimpleName());
            key.close();
        }
        return Hex.text(expected);
    }

    /** A private key in every form; OpenSSL is missing where it is not installed. */
    private static List<X25519Key> keys(byte[] privateKey) {
        List<X25519Key> keys = new ArrayList<>();
        keys.add(new BouncyCastleX25519Key(privateKey));
        try {
            keys.add(new OpenSslX25519Key(OpenSslX25519.open(OpenSsl.LIBRARY_NAME), privateKey));
        } catch (ProviderUnavailableException e) {
            assertTrue(e.getMessage().contains("not installed"), e.getMessage());
        }
        return keys;
    }

    @Test
    void implementationsAgreeOnWhateverComes() {
        Random random = new Random(25519);
        for (int i = 0; i < 200; i++) {
            byte[] scalar = new byte[32];
            byte[] point = new byte[32];
            random.nextBytes(scalar);
            random.nextBytes(point);
            assertFalse(X25519.isLowOrder(PublicKey.copyOf(point)));
            List<X25519Key> keys = keys(scalar);
            for (X25519Key key : keys) {
                assertArrayEquals(keys.getFirst().publicKey(), key.publicKey());
            }
            agree(Hex.text(scalar), Hex.text(point));
        }
    }

    @Test
    void aClosedKeyIsOfNoUse() {
        for (X25519Key key : keys(new byte[32])) {
            key.close();
            key.close();
            byte[] point = {9};
            assertThrows(
                    IllegalStateException.class,
                    () -> key.agree(Arrays.copyOf(point, 32), new byte[32]));
        }
    }

    @Test
    void aLibraryThatIsNotThereIsToldApart() {
        assertThrows(
                ProviderUnavailableException.class, () -> OpenSslX25519.open("libnothing.so.3"));
    }

    @Test
    void vectorsOfRfc7748() {
        assertEquals(
                "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
                agree(
                        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"));
        assertEquals(
                "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
                agree(
                        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"));
    }

    @Test
    void iteratedThousandTimes() {
        byte[] k = new byte[32];
        k[0] = 9;
        byte[] u = k.clone();
        for (int i = 0; i < 1000; i++) {
            byte[] out = new byte[32];
            assertTrue(X25519.agree(k, u, out));
            u = k;
            k = out;
            if (i == 0) {
                assertEquals(
                        "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
                        Hex.text(k));
            }
        }
        assertEquals(
                "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Hex.text(k));
    }

    @Test
    void diffieHellmanOfRfc7748() {
        String alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
        String bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
        byte[] alicePublic = new byte[32];
        byte[] bobPublic = new byte[32];
        X25519.publicKey(Hex.bytes(alice), alicePublic);
        X25519.publicKey(Hex.bytes(bob), bobPublic);
        assertEquals(
                "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
                Hex.text(alicePublic));
        assertEquals(
                "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
                Hex.text(bobPublic));
        String shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
        assertEquals(shared, agree(alice, Hex.text(bobPublic)));
        assertEquals(shared, agree(bob, Hex.text(alicePublic)));
    }

    /** The points of order 1, 2, 4 and 8 and their non-canonical twins: the secret is zero. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"
            })
    void lowOrderPointsAreRejected(String point) {
        byte[] privateKey = new byte[32];
        Entropy.fill(privateKey);
        byte[] out = new byte[32];
        for (X25519Key key : keys(privateKey)) {
            assertFalse(key.agree(Hex.bytes(point), out));
            assertTrue(ConstantTime.isZero(out));
        }
        byte[] masked = Hex.bytes(point);
        assertTrue(X25519.isLowOrder(PublicKey.copyOf(masked)));
        masked[31] |= (byte) 0x80;
        assertTrue(X25519.isLowOrder(PublicKey.copyOf(masked)));
    }

    @Test
    void generatedPairsAgree() {
        byte[] aPrivate = new byte[32];
        byte[] aPublic = new byte[32];
        X25519.generate(aPrivate, aPublic);
        byte[] shared = new byte[32];
        byte[] other = new byte[32];
        try (SecretKey b = SecretKey.generate()) {
            assertTrue(X25519.agree(aPrivate, X25519.publicKey(b).toBytes(), shared));
            assertTrue(X25519.agree(b.toBytes(), aPublic, other));
        }
        assertTrue(ConstantTime.equal(shared, other));
        assertEquals(0, aPrivate[0] & 7);
        assertEquals(0x40, aPrivate[31] & 0xc0);
    }
}
