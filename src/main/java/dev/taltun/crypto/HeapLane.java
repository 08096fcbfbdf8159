package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** One thread's arrays for a provider that works on the Java heap, grown to the largest packet. */
final class HeapLane {
    private static final int FIRST_BYTES = 2048;

    final byte[] nonce = new byte[ChaCha20.NONCE_BYTES];
    byte[] in = new byte[FIRST_BYTES];
    byte[] out = new byte[FIRST_BYTES];

    /** Copies a packet into {@link #in} and makes room for {@code outLength} bytes of result. */
    void load(MemorySegment src, long srcOff, int length, int outLength) {
        int needed = Math.max(length, outLength);
        if (in.length < needed) {
            in = new byte[needed];
            out = new byte[needed];
        }
        MemorySegment.copy(src, ValueLayout.JAVA_BYTE, srcOff, in, 0, length);
    }

    /** Copies the first bytes of {@link #out} to the destination. */
    void store(MemorySegment dst, long dstOff, int length) {
        MemorySegment.copy(out, 0, dst, ValueLayout.JAVA_BYTE, dstOff, length);
    }

    /** Puts the packet nonce into {@link #nonce} and returns it. */
    byte[] nonce(long counter) {
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[ChaCha20.NONCE_BYTES - Long.BYTES + i] = (byte) (counter >>> (Byte.SIZE * i));
        }
        return nonce;
    }

    /** The lanes of a provider, shared by its keys; they only ever grow in number. */
    static final class Table {
        private HeapLane[] lanes = {};

        synchronized HeapLane[] atLeast(int count) {
            int had = lanes.length;
            if (had < count) {
                lanes = Arrays.copyOf(lanes, count);
                for (int i = had; i < count; i++) {
                    lanes[i] = new HeapLane();
                }
            }
            return lanes;
        }
    }
}
