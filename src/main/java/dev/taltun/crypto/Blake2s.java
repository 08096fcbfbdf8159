package dev.taltun.crypto;

import java.util.Arrays;

/**
 * BLAKE2s (RFC 7693), HMAC over it and the key derivation of WireGuard (paper, section 5.4). Any
 * thread; allocates, so for handshakes and cookies only.
 */
public final class Blake2s {
    /** Length in bytes of a hash, an HMAC and a derived key. */
    public static final int HASH_BYTES = 32;

    private static final int BLOCK_BYTES = Blake2sState.BLOCK_BYTES;
    private static final byte[] NO_KEY = {};

    private Blake2s() {}

    /** The 32-byte hash of the parts, one after the other. */
    public static byte[] hash(byte[]... parts) {
        return keyed(NO_KEY, HASH_BYTES, parts);
    }

    /** Keyed BLAKE2s ({@code Mac} of the paper): key of 0 to 32 bytes, 1 to 32 bytes of output. */
    public static byte[] keyed(byte[] key, int outLength, byte[]... parts) {
        return finish(new Blake2sState(key, outLength), parts);
    }

    /** HMAC-BLAKE2s (RFC 2104) over the parts, one after the other; 32 bytes. */
    public static byte[] hmac(byte[] key, byte[]... parts) {
        byte[] block = Arrays.copyOf(key.length > BLOCK_BYTES ? hash(key) : key, BLOCK_BYTES);
        try {
            xor(block, 0x36);
            Blake2sState inner = new Blake2sState(NO_KEY, HASH_BYTES);
            inner.update(block);
            byte[] innerHash = finish(inner, parts);
            xor(block, 0x36 ^ 0x5c);
            byte[] mac = hash(block, innerHash);
            ConstantTime.wipe(innerHash);
            return mac;
        } finally {
            ConstantTime.wipe(block);
        }
    }

    /**
     * {@code Kdf1..Kdf3} of the paper, section 5.4: HKDF with HMAC-BLAKE2s and no info.
     *
     * @param key the chaining key
     * @param input the input key material, may be empty
     * @param n how many outputs, 1 to 3
     * @return n arrays of 32 bytes, owned by the caller
     */
    public static byte[][] kdf(byte[] key, byte[] input, int n) {
        if (n < 1 || n > 3) {
            throw new IllegalArgumentException("kdf gives 1 to 3 outputs");
        }
        byte[] secret = hmac(key, input);
        byte[][] out = new byte[n][];
        byte[] previous = {};
        for (int i = 0; i < n; i++) {
            out[i] = hmac(secret, previous, new byte[] {(byte) (i + 1)});
            previous = out[i];
        }
        ConstantTime.wipe(secret);
        return out;
    }

    private static void xor(byte[] block, int pad) {
        for (int i = 0; i < block.length; i++) {
            block[i] ^= (byte) pad;
        }
    }

    private static byte[] finish(Blake2sState state, byte[]... parts) {
        for (byte[] part : parts) {
            state.update(part);
        }
        return state.finish();
    }
}
