package dev.taltun.noise;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/** Bytes between messages and the arrays that the handshake primitives work on. */
final class Segments {
    private Segments() {}

    static byte[] bytes(MemorySegment segment, long offset, int length) {
        byte[] out = new byte[length];
        MemorySegment.copy(segment, Layouts.BYTE, offset, out, 0, length);
        return out;
    }

    static void put(byte[] bytes, MemorySegment segment, long offset) {
        MemorySegment.copy(bytes, 0, segment, Layouts.BYTE, offset, bytes.length);
    }
}
