package dev.taltun.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.junit.jupiter.api.Test;

/** RFC 7693, the official keyed vectors, HMAC and WireGuard's key derivation. */
class Blake2sTest {
    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    @Test
    void abcOfRfc7693() {
        assertEquals(
                "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
                Hex.text(Blake2s.hash("abc".getBytes(StandardCharsets.US_ASCII))));
        assertArrayEquals(
                Blake2s.hash("abc".getBytes(StandardCharsets.US_ASCII)),
                Blake2s.hash(new byte[] {'a'}, new byte[] {}, new byte[] {'b', 'c'}));
    }

    /** RFC 7693, appendix E: a hash over hashes of many lengths, keyed and not. */
    @Test
    void selfTestOfRfc7693() {
        int[] outLengths = {16, 20, 28, 32};
        int[] inLengths = {0, 3, 64, 65, 255, 1024};
        byte[][] results = new byte[outLengths.length * inLengths.length * 2][];
        int at = 0;
        for (int outLength : outLengths) {
            for (int inLength : inLengths) {
                byte[] in = sequence(inLength, inLength);
                results[at++] = unkeyed(outLength, in);
                results[at++] = Blake2s.keyed(sequence(outLength, outLength), outLength, in);
            }
        }
        assertEquals(
                "6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe",
                Hex.text(Blake2s.hash(results)));
    }

    private static byte[] unkeyed(int outLength, byte[] in) {
        return Blake2s.keyed(new byte[0], outLength, in);
    }

    private static byte[] sequence(int length, int seed) {
        byte[] out = new byte[length];
        int a = 0xDEAD4BAD * seed;
        int b = 1;
        for (int i = 0; i < length; i++) {
            int t = a + b;
            a = b;
            b = t;
            out[i] = (byte) (t >>> 24);
        }
        return out;
    }

    @Test
    void keyedVectors() {
        assertEquals(
                "48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49",
                Hex.text(Blake2s.keyed(counting(32), 32)));
        assertEquals(
                "3fb735061abc519dfe979e54c1ee5bfad0a9d858b3315bad34bde999efd724dd",
                Hex.text(Blake2s.keyed(counting(32), 32, counting(255))));
        assertEquals(16, Blake2s.keyed(counting(32), 16, counting(5)).length);
    }

    @Test
    void hmacFollowsRfc2104() {
        byte[] message = counting(100);
        for (int keyLength : new int[] {0, 1, 32, 63, 64, 65, 200}) {
            byte[] key = counting(keyLength);
            byte[] block = Arrays.copyOf(keyLength > 64 ? Blake2s.hash(key) : key, 64);
            byte[] inner = new byte[64];
            byte[] outer = new byte[64];
            for (int i = 0; i < 64; i++) {
                inner[i] = (byte) (block[i] ^ 0x36);
                outer[i] = (byte) (block[i] ^ 0x5c);
            }
            byte[] expected = Blake2s.hash(outer, Blake2s.hash(inner, message));
            assertArrayEquals(expected, Blake2s.hmac(key, message));
            assertArrayEquals(
                    expected,
                    Blake2s.hmac(
                            key, Arrays.copyOf(message, 33), Arrays.copyOfRange(message, 33, 100)));
        }
    }

    @Test
    void kdfIsHkdfWithoutInfo() {
        byte[] key = counting(32);
        byte[] input = counting(32);
        byte[] secret = Blake2s.hmac(key, input);
        byte[] first = Blake2s.hmac(secret, new byte[] {1});
        byte[] second = Blake2s.hmac(secret, first, new byte[] {2});
        byte[] third = Blake2s.hmac(secret, second, new byte[] {3});
        assertArrayEquals(new byte[][] {first}, Blake2s.kdf(key, input, 1));
        assertArrayEquals(new byte[][] {first, second}, Blake2s.kdf(key, input, 2));
        assertArrayEquals(new byte[][] {first, second, third}, Blake2s.kdf(key, input, 3));
    }

    @Test
    void agreesWithBouncyCastle() {
        Random random = new Random(7693);
        for (int length = 0; length < 300; length++) {
            byte[] input = new byte[length];
            random.nextBytes(input);
            byte[] key = new byte[random.nextInt(33)];
            random.nextBytes(key);
            int outLength = 1 + random.nextInt(32);
            Blake2sDigest reference = new Blake2sDigest(key, outLength, null, null);
            reference.update(input, 0, length);
            byte[] expected = new byte[outLength];
            reference.doFinal(expected, 0);
            int cut = random.nextInt(length + 1);
            assertArrayEquals(
                    expected,
                    Blake2s.keyed(
                            key,
                            outLength,
                            Arrays.copyOf(input, cut),
                            Arrays.copyOfRange(input, cut, length)));
        }
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        Class<IllegalArgumentException> refused = IllegalArgumentException.class;
        assertThrows(refused, () -> Blake2s.keyed(new byte[33], 32));
        assertThrows(refused, () -> Blake2s.keyed(new byte[32], 33));
        assertThrows(refused, () -> Blake2s.keyed(new byte[32], 0));
        assertThrows(refused, () -> Blake2s.kdf(new byte[32], new byte[0], 4));
    }

    /** The hash of the protocol name: the initial chaining key every implementation carries. */
    @Test
    void initialChainingKeyOfWireGuard() {
        assertEquals(
                "60e26daef327efc02ec335e2a025d2d016eb4206f87277f52d38d1988b78cd36",
                Hex.text(
                        Blake2s.hash(
                                "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"
                                        .getBytes(StandardCharsets.US_ASCII))));
    }

    /** A message of any length checks against what the whole hash says, and nothing else does. */
    @Test
    void aMacIsVerifiedInPlace() {
        Random random = new Random(7);
        for (int length = 1; length < 200; length++) {
            byte[] key = new byte[1 + random.nextInt(32)];
            byte[] message = new byte[length];
            random.nextBytes(key);
            random.nextBytes(message);
            byte[] all = Arrays.copyOf(message, length + Blake2sMac.BYTES);
            byte[] mac = Blake2s.keyed(key, Blake2sMac.BYTES, message);
            System.arraycopy(mac, 0, all, length, mac.length);
            MemorySegment segment = MemorySegment.ofArray(all);
            Blake2sMac checker = new Blake2sMac(key);
            assertTrue(checker.verify(segment, 0, length, length));
            int at = random.nextInt(all.length);
            all[at] ^= (byte) (1 << random.nextInt(8));
            assertFalse(checker.verify(segment, 0, length, length), "byte " + at + " of " + length);
        }
    }
}
