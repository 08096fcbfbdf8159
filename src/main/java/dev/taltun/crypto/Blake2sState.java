package dev.taltun.crypto;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;
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

    /**
     * What the words are when a key, and nothing else yet, went in.
     *
     * @param key 1 to 32 bytes
     */
    static int[] keyed(byte[] key, int outLength) {
        Blake2sState state = new Blake2sState(key, outLength);
        state.compress(false);
        return state.h;
    }

    /** Sets eight words to what they are at the start. */
    static void begin(int[] h, int keyBytes, int outLength) {
        System.arraycopy(IV, 0, h, 0, WORDS);
        h[0] ^= 0x01010000 ^ (keyBytes << 8) ^ outLength;
    }

    /**
     * Puts a whole message of at least one byte after the block with the key, and ends the hash.
     *
     * @param h eight words, in which the key is
     * @param m sixteen words to work with
     */
    static void finish(int[] h, int[] m, MemorySegment segment, long offset, int length) {
        int done = 0;
        for (; length - done > BLOCK_BYTES; done += BLOCK_BYTES) {
            load(m, segment, offset + done, BLOCK_BYTES);
            compress(h, m, (long) BLOCK_BYTES + done + BLOCK_BYTES, false);
        }
        load(m, segment, offset + done, length - done);
        compress(h, m, (long) BLOCK_BYTES + length, true);
    }

    /** Sets sixteen words to a block of at most 64 bytes, zeros after them. */
    static void load(int[] m, MemorySegment segment, long offset, int bytes) {
        int words = bytes / Integer.BYTES;
        for (int i = 0; i < words; i++) {
            m[i] = segment.get(Layouts.LE_INT, offset + (long) i * Integer.BYTES);
        }
        for (int i = words; i < m.length; i++) {
            m[i] = 0;
        }
        for (int i = words * Integer.BYTES; i < bytes; i++) {
            m[words] |= (segment.get(Layouts.BYTE, offset + i) & 0xff) << Byte.SIZE * (i & 3);
        }
    }

    /** Whether the first 16 bytes of a hash are those; takes the same time whatever they are. */
    static boolean equal16(int[] h, MemorySegment segment, long offset) {
        int difference = 0;
        for (int i = 0; i < 4; i++) {
            difference |= h[i] ^ segment.get(Layouts.LE_INT, offset + (long) i * Integer.BYTES);
        }
        return difference == 0;
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
        compress(h, m, total, last);
    }

    /**
     * The compression function F of RFC 7693, section 3.2.
     *
     * <p>Its sixteen words are variables and not an array, so that they stay in registers: half the
     * time.
     *
     * @param h eight words, changed
     * @param m sixteen words of message
     */
    static void compress(int[] h, int[] m, long total, boolean last) {
        int v0 = h[0];
        int v1 = h[1];
        int v2 = h[2];
        int v3 = h[3];
        int v4 = h[4];
        int v5 = h[5];
        int v6 = h[6];
        int v7 = h[7];
        int v8 = IV[0];
        int v9 = IV[1];
        int v10 = IV[2];
        int v11 = IV[3];
        int v12 = IV[4] ^ (int) total;
        int v13 = IV[5] ^ (int) (total >>> 32);
        int v14 = last ? ~IV[6] : IV[6];
        int v15 = IV[7];
        for (long s : SIGMA) {
            v12 = Integer.rotateRight(v12 ^ (v0 += v4 + m[(int) (s >>> 60) & 15]), 16);
            v4 = Integer.rotateRight(v4 ^ (v8 += v12), 12);
            v12 = Integer.rotateRight(v12 ^ (v0 += v4 + m[(int) (s >>> 56) & 15]), 8);
            v4 = Integer.rotateRight(v4 ^ (v8 += v12), 7);
            v13 = Integer.rotateRight(v13 ^ (v1 += v5 + m[(int) (s >>> 52) & 15]), 16);
            v5 = Integer.rotateRight(v5 ^ (v9 += v13), 12);
            v13 = Integer.rotateRight(v13 ^ (v1 += v5 + m[(int) (s >>> 48) & 15]), 8);
            v5 = Integer.rotateRight(v5 ^ (v9 += v13), 7);
            v14 = Integer.rotateRight(v14 ^ (v2 += v6 + m[(int) (s >>> 44) & 15]), 16);
            v6 = Integer.rotateRight(v6 ^ (v10 += v14), 12);
            v14 = Integer.rotateRight(v14 ^ (v2 += v6 + m[(int) (s >>> 40) & 15]), 8);
            v6 = Integer.rotateRight(v6 ^ (v10 += v14), 7);
            v15 = Integer.rotateRight(v15 ^ (v3 += v7 + m[(int) (s >>> 36) & 15]), 16);
            v7 = Integer.rotateRight(v7 ^ (v11 += v15), 12);
            v15 = Integer.rotateRight(v15 ^ (v3 += v7 + m[(int) (s >>> 32) & 15]), 8);
            v7 = Integer.rotateRight(v7 ^ (v11 += v15), 7);
            v15 = Integer.rotateRight(v15 ^ (v0 += v5 + m[(int) (s >>> 28) & 15]), 16);
            v5 = Integer.rotateRight(v5 ^ (v10 += v15), 12);
            v15 = Integer.rotateRight(v15 ^ (v0 += v5 + m[(int) (s >>> 24) & 15]), 8);
            v5 = Integer.rotateRight(v5 ^ (v10 += v15), 7);
            v12 = Integer.rotateRight(v12 ^ (v1 += v6 + m[(int) (s >>> 20) & 15]), 16);
            v6 = Integer.rotateRight(v6 ^ (v11 += v12), 12);
            v12 = Integer.rotateRight(v12 ^ (v1 += v6 + m[(int) (s >>> 16) & 15]), 8);
            v6 = Integer.rotateRight(v6 ^ (v11 += v12), 7);
            v13 = Integer.rotateRight(v13 ^ (v2 += v7 + m[(int) (s >>> 12) & 15]), 16);
            v7 = Integer.rotateRight(v7 ^ (v8 += v13), 12);
            v13 = Integer.rotateRight(v13 ^ (v2 += v7 + m[(int) (s >>> 8) & 15]), 8);
            v7 = Integer.rotateRight(v7 ^ (v8 += v13), 7);
            v14 = Integer.rotateRight(v14 ^ (v3 += v4 + m[(int) (s >>> 4) & 15]), 16);
            v4 = Integer.rotateRight(v4 ^ (v9 += v14), 12);
            v14 = Integer.rotateRight(v14 ^ (v3 += v4 + m[(int) s & 15]), 8);
            v4 = Integer.rotateRight(v4 ^ (v9 += v14), 7);
        }
        h[0] ^= v0 ^ v8;
        h[1] ^= v1 ^ v9;
        h[2] ^= v2 ^ v10;
        h[3] ^= v3 ^ v11;
        h[4] ^= v4 ^ v12;
        h[5] ^= v5 ^ v13;
        h[6] ^= v6 ^ v14;
        h[7] ^= v7 ^ v15;
    }
}
