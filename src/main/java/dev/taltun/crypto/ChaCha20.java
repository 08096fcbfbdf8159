package dev.taltun.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** ChaCha20 (RFC 8439) and HChaCha20 (draft-irtf-cfrg-xchacha-03) over arrays. Any thread. */
final class ChaCha20 {
    static final int KEY_BYTES = 32;
    static final int NONCE_BYTES = 12;
    static final int BLOCK_BYTES = 64;

    private static final int STATE_WORDS = 16;
    private static final int DOUBLE_ROUNDS = 10;
    private static final VarHandle INT_LE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private ChaCha20() {}

    /**
     * The 64 key stream bytes of one block.
     *
     * @param nonce the three nonce words of RFC 8439, section 2.3
     */
    static void block(byte[] key, int counter, int[] nonce, byte[] out) {
        int[] input = state(key);
        input[12] = counter;
        System.arraycopy(nonce, 0, input, 13, 3);
        int[] x = input.clone();
        rounds(x);
        for (int i = 0; i < STATE_WORDS; i++) {
            INT_LE.set(out, i * Integer.BYTES, x[i] + input[i]);
        }
        Arrays.fill(x, 0);
        Arrays.fill(input, 0);
    }

    /** Xors {@code length} bytes with the key stream from block {@code counter} on. */
    static void xor(
            byte[] key, int counter, int[] nonce, byte[] in, int inAt, byte[] out, int length) {
        byte[] stream = new byte[BLOCK_BYTES];
        int next = counter;
        for (int done = 0; done < length; done += BLOCK_BYTES) {
            block(key, next++, nonce, stream);
            int n = Math.min(BLOCK_BYTES, length - done);
            for (int i = 0; i < n; i++) {
                out[done + i] = (byte) (in[inAt + done + i] ^ stream[i]);
            }
        }
        ConstantTime.wipe(stream);
    }

    /** HChaCha20: derives a 32-byte key from a key and the first 16 bytes of {@code nonce}. */
    static byte[] hchacha(byte[] key, byte[] nonce) {
        int[] x = state(key);
        for (int i = 0; i < 4; i++) {
            x[12 + i] = (int) INT_LE.get(nonce, i * Integer.BYTES);
        }
        rounds(x);
        byte[] out = new byte[KEY_BYTES];
        for (int i = 0; i < 4; i++) {
            INT_LE.set(out, i * Integer.BYTES, x[i]);
            INT_LE.set(out, (4 + i) * Integer.BYTES, x[12 + i]);
        }
        Arrays.fill(x, 0);
        return out;
    }

    private static int[] state(byte[] key) {
        int[] x = new int[STATE_WORDS];
        x[0] = 0x61707865;
        x[1] = 0x3320646e;
        x[2] = 0x79622d32;
        x[3] = 0x6b206574;
        for (int i = 0; i < 8; i++) {
            x[4 + i] = (int) INT_LE.get(key, i * Integer.BYTES);
        }
        return x;
    }

    private static void rounds(int[] x) {
        for (int i = 0; i < DOUBLE_ROUNDS; i++) {
            quarter(x, 0, 4, 8, 12);
            quarter(x, 1, 5, 9, 13);
            quarter(x, 2, 6, 10, 14);
            quarter(x, 3, 7, 11, 15);
            quarter(x, 0, 5, 10, 15);
            quarter(x, 1, 6, 11, 12);
            quarter(x, 2, 7, 8, 13);
            quarter(x, 3, 4, 9, 14);
        }
    }

    private static void quarter(int[] x, int a, int b, int c, int d) {
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 7);
    }
}
