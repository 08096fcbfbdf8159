package dev.taltun.dataplane;

import dev.taltun.crypto.AeadKey;
import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * An AEAD key for tests: fast, without allocation, of no security at all. What it opens was sealed
 * with the same key and counter, and not changed by accident.
 */
final class TestKey implements AeadKey {
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private final long key;

    TestKey(long key) {
        this.key = key;
    }

    private long stream(long counter, int block) {
        long x = (key ^ counter * MIX) + block * 0xbf58_476d_1ce4_e5b9L;
        x = (x ^ x >>> 29) * MIX;
        return x ^ x >>> 32;
    }

    /** Encrypts or decrypts, and returns a sum over the ciphertext. */
    private long crypt(
            long counter,
            MemorySegment src,
            long from,
            MemorySegment dst,
            long to,
            int len,
            boolean seal) {
        long sum = stream(counter, -1) + len;
        int i = 0;
        for (; i + 8 <= len; i += 8) {
            long in = src.get(Layouts.NATIVE_LONG, from + i);
            long out = in ^ stream(counter, i);
            dst.set(Layouts.NATIVE_LONG, to + i, out);
            sum = (sum ^ (seal ? out : in)) * MIX + (sum >>> 31);
        }
        for (; i < len; i++) {
            byte in = src.get(Layouts.BYTE, from + i);
            byte out = (byte) (in ^ stream(counter, i));
            dst.set(Layouts.BYTE, to + i, out);
            sum = (sum ^ (seal ? out : in)) * MIX + (sum >>> 31);
        }
        return sum;
    }

    @Override
    public void seal(
            int lane,
            long counter,
            MemorySegment src,
            long srcOff,
            MemorySegment dst,
            long dstOff,
            int len) {
        long tag = crypt(counter, src, srcOff, dst, dstOff, len, true);
        dst.set(Layouts.NATIVE_LONG, dstOff + len, tag);
        dst.set(Layouts.NATIVE_LONG, dstOff + len + 8, ~tag * MIX);
    }

    @Override
    public boolean open(
            int lane,
            long counter,
            MemorySegment src,
            long srcOff,
            MemorySegment dst,
            long dstOff,
            int len) {
        int plain = len - TAG_BYTES;
        if (plain < 0) {
            return false;
        }
        long high = src.get(Layouts.NATIVE_LONG, srcOff + plain);
        long low = src.get(Layouts.NATIVE_LONG, srcOff + plain + 8);
        long tag = crypt(counter, src, srcOff, dst, dstOff, plain, false);
        return high == tag && low == ~tag * MIX;
    }

    @Override
    public void close() {}
}
