package dev.taltun.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One BLAKE2s computation (RFC 7693), sequential, without salt or tree. Belongs to one thread.
 *
 * <p>Written here and not taken from Bouncy Castle, whose digests bring its whole service registrar
 * with them: loading that takes longer (15 ms) than all handshakes of a quiet day.
 */
final class Blake2sState {
    static final int BLOCK_BYTES = 64;
    static final int MAX_OUT_BYTES = 32;

    private static final int ROUNDS = 10;
    private static final int WORDS = 8;
    private static final VarHandle INT_LE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int[] IV = {
        0x6a09e667,
        0xbb67ae85,
        0x3c6ef372,
        0xa54ff53a,
        0x510e527f,
        0x9b05688c,
        0x1f83d9ab,
        0x5be0cd19
    };

    /** The message schedule of each round, a hex digit per word. */
    private static final long[] SIGMA = {
        0x0123456789abcdefL,
        0xea489fd61c02b753L,
        0xb8c052fdae367194L,
        0x7931dcbe265a40f8L,
        0x905724afe1bc683dL,
        0x2c6a0b834d75fe19L,
        0xc51fed4a0763928bL,
        0xdb7ec13950f4862aL,
        0x6fe9b308c2d714a5L,
        0xa2847615fb9e3cd0L
    };

    private final int[] h = IV.clone();
    private final int[] v = new int[2 * WORDS];
    private final int[] m = new int[2 * WORDS];
    private final byte[] block = new byte[BLOCK_BYTES];
    private final int outLength;
    private int blockLength;
    private long total;

    /**
     * Starts a hash.
     *
     * @param key 0 to 32 bytes
     * @param outLength 1 to 32 bytes
     */
    Blake2sState(byte[] key, int outLength) {
        if (key.length > MAX_OUT_BYTES || outLength < 1 || outLength > MAX_OUT_BYTES) {
            throw new IllegalArgumentException("BLAKE2s takes a key and gives a hash of 32 bytes");
        }
        this.outLength = outLength;
        h[0] ^= 0x01010000 ^ (key.length << 8) ^ outLength;
        if (key.length > 0) {
            System.arraycopy(key, 0, block, 0, key.length);
            blockLength = BLOCK_BYTES;
        }
    }

    void update(byte[] input) {
        int at = 0;
        while (at < input.length) {
            // A full block waits: only when more comes is it known not to be the last one.
            if (blockLength == BLOCK_BYTES) {
                compress(false);
                blockLength = 0;
            }
            int n = Math.min(BLOCK_BYTES - blockLength, input.length - at);
            System.arraycopy(input, at, block, blockLength, n);
            blockLength += n;
            at += n;
        }
    }

    /** The hash; the state is wiped and must not be used again. */
    byte[] finish() {
        Arrays.fill(block, blockLength, BLOCK_BYTES, (byte) 0);
        compress(true);
        byte[] full = new byte[MAX_OUT_BYTES];
        for (int i = 0; i < WORDS; i++) {
            INT_LE.set(full, i * Integer.BYTES, h[i]);
        }
        Arrays.fill(h, 0);
        Arrays.fill(v, 0);
        Arrays.fill(m, 0);
        ConstantTime.wipe(block);
        if (outLength == MAX_OUT_BYTES) {
            return full;
        }
        byte[] out = Arrays.copyOf(full, outLength);
        ConstantTime.wipe(full);
        return out;
    }

    private void compress(boolean last) {
        total += blockLength;
        for (int i = 0; i < 2 * WORDS; i++) {
            m[i] = (int) INT_LE.get(block, i * Integer.BYTES);
        }
        System.arraycopy(h, 0, v, 0, WORDS);
        System.arraycopy(IV, 0, v, WORDS, WORDS);
        v[12] ^= (int) total;
        v[13] ^= (int) (total >>> 32);
        if (last) {
            v[14] = ~v[14];
        }
        for (int round = 0; round < ROUNDS; round++) {
            long s = SIGMA[round];
            mix(0, 4, 8, 12, m[(int) (s >>> 60) & 15], m[(int) (s >>> 56) & 15]);
            mix(1, 5, 9, 13, m[(int) (s >>> 52) & 15], m[(int) (s >>> 48) & 15]);
            mix(2, 6, 10, 14, m[(int) (s >>> 44) & 15], m[(int) (s >>> 40) & 15]);
            mix(3, 7, 11, 15, m[(int) (s >>> 36) & 15], m[(int) (s >>> 32) & 15]);
            mix(0, 5, 10, 15, m[(int) (s >>> 28) & 15], m[(int) (s >>> 24) & 15]);
            mix(1, 6, 11, 12, m[(int) (s >>> 20) & 15], m[(int) (s >>> 16) & 15]);
            mix(2, 7, 8, 13, m[(int) (s >>> 12) & 15], m[(int) (s >>> 8) & 15]);
            mix(3, 4, 9, 14, m[(int) (s >>> 4) & 15], m[(int) s & 15]);
        }
        for (int i = 0; i < WORDS; i++) {
            h[i] ^= v[i] ^ v[i + WORDS];
        }
    }

    private void mix(int a, int b, int c, int d, int x, int y) {
        v[a] += v[b] + x;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 12);
        v[a] += v[b] + y;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 8);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 7);
    }
}
