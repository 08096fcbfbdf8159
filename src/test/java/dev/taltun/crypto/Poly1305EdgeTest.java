package dev.taltun.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Poly1305 where its carries are: ciphertexts made so that the accumulator ends within a few units
 * of 0, of the prime 2^130-5 and of the limb borders 2^26, 2^44, 2^64, 2^128. Random input meets
 * these once in 2^100 packets; an attacker meets them at will. The expected tag comes from integers
 * of any size.
 */
class Poly1305EdgeTest {
    private static final BigInteger P =
            BigInteger.ONE.shiftLeft(130).subtract(BigInteger.valueOf(5));
    private static final BigInteger BLOCK_BIT = BigInteger.ONE.shiftLeft(128);
    private static final BigInteger CLAMP =
            littleEndian(Hex.bytes("ffffff0ffcffff0ffcffff0ffcffff0f"));

    private final Random random = new Random(8439);

    private static List<BigInteger> targets() {
        List<BigInteger> targets = new ArrayList<>();
        for (int near = -6; near <= 6; near++) {
            BigInteger offset = BigInteger.valueOf(near);
            targets.add(offset.mod(P));
            for (int power : new int[] {26, 32, 44, 52, 64, 78, 88, 96, 104, 128, 129}) {
                targets.add(BigInteger.ONE.shiftLeft(power).add(offset).mod(P));
            }
        }
        return targets;
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void tagsAreRightAtEveryBorder(AeadProvider provider, CipherSuite suite) {
        if (suite != CipherSuite.CHACHA20_POLY1305) {
            return;
        }
        byte[] keyBytes = new byte[32];
        random.nextBytes(keyBytes);
        int made = 0;
        try (Arena arena = Arena.ofConfined();
                AeadKey key = provider.newKey(suite, keyBytes, 1)) {
            for (BigInteger target : targets()) {
                // Several lengths: the vector code treats the last blocks in its own way.
                for (int blocks : new int[] {1, 2, 5, 17, 40}) {
                    made += check(arena, key, keyBytes, target, blocks) ? 1 : 0;
                }
            }
        }
        assertTrue(made > 500, "only " + made + " ciphertexts could be made");
    }

    private boolean check(
            Arena arena, AeadKey key, byte[] keyBytes, BigInteger target, int blocks) {
        // A block can take a quarter of the values needed, so a few nonces have to be tried.
        for (long counter = 0; counter < 64; counter++) {
            byte[] oneTimeKey = new byte[ChaCha20.BLOCK_BYTES];
            ChaCha20.block(keyBytes, 0, new int[] {0, (int) counter, 0}, oneTimeKey);
            BigInteger r = littleEndian(Arrays.copyOf(oneTimeKey, 16)).and(CLAMP);
            BigInteger s = littleEndian(Arrays.copyOfRange(oneTimeKey, 16, 32));
            byte[] cipher = craft(target, blocks, r);
            if (cipher != null) {
                BigInteger end = accumulate(cipher, r);
                assertEquals(target, end);
                byte[] tag = tagBytes(end.add(s));
                verify(arena, key, counter, cipher, tag);
                return true;
            }
        }
        return false;
    }

    private static void verify(Arena arena, AeadKey key, long counter, byte[] cipher, byte[] tag) {
        int length = cipher.length + tag.length;
        MemorySegment packet = arena.allocate(length);
        MemorySegment plain = arena.allocate(cipher.length);
        MemorySegment.copy(cipher, 0, packet, ValueLayout.JAVA_BYTE, 0, cipher.length);
        MemorySegment.copy(tag, 0, packet, ValueLayout.JAVA_BYTE, cipher.length, tag.length);
        assertTrue(key.open(0, counter, packet, 0, plain, 0, length));
        MemorySegment again = arena.allocate(length);
        key.seal(0, counter, plain, 0, again, 0, cipher.length);
        assertEquals(-1, again.mismatch(packet));
        packet.set(ValueLayout.JAVA_BYTE, length - 1, (byte) (tag[15] ^ 0x80));
        assertFalse(key.open(0, counter, packet, 0, plain, 0, length));
    }

    /** A ciphertext whose accumulator ends at the target, or null if r allows none. */
    private byte[] craft(BigInteger target, int blocks, BigInteger r) {
        byte[] cipher = new byte[blocks * 16];
        random.nextBytes(cipher);
        BigInteger inverse = r.modInverse(P);
        BigInteger before = BigInteger.ZERO;
        for (int i = 0; i < blocks - 1; i++) {
            before = before.add(block(cipher, i)).multiply(r).mod(P);
        }
        BigInteger wanted = target.multiply(inverse).subtract(lengths(cipher.length)).mod(P);
        BigInteger last = wanted.multiply(inverse).subtract(before).mod(P).subtract(BLOCK_BIT);
        if (last.signum() < 0 || last.bitLength() > 128) {
            return null;
        }
        System.arraycopy(tagBytes(last), 0, cipher, cipher.length - 16, 16);
        return cipher;
    }

    private static BigInteger accumulate(byte[] cipher, BigInteger r) {
        BigInteger h = BigInteger.ZERO;
        for (int i = 0; i < cipher.length / 16; i++) {
            h = h.add(block(cipher, i)).multiply(r).mod(P);
        }
        return h.add(lengths(cipher.length)).multiply(r).mod(P);
    }

    private static BigInteger block(byte[] cipher, int index) {
        return littleEndian(Arrays.copyOfRange(cipher, 16 * index, 16 * index + 16)).add(BLOCK_BIT);
    }

    /**
     * The last block of RFC 8439, section 2.8: no additional data, then the ciphertext's length.
     */
    private static BigInteger lengths(int length) {
        return BigInteger.valueOf(length).shiftLeft(64).add(BLOCK_BIT);
    }

    private static BigInteger littleEndian(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return new BigInteger(1, reversed);
    }

    private static byte[] tagBytes(BigInteger value) {
        byte[] tag = new byte[16];
        for (int i = 0; i < tag.length; i++) {
            tag[i] = value.shiftRight(8 * i).byteValue();
        }
        return tag;
    }
}
