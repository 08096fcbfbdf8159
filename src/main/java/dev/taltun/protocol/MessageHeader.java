package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * The four bytes that start every message.
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------+---------------+-------------------------------+
 * 0 |     type      |     suite     |           reserved            |
 *   +---------------+---------------+-------------------------------+
 * </pre>
 *
 * WireGuard has three reserved bytes, all zero. Taltun puts the number of the cipher suite into the
 * first of them; suite 0 is WireGuard's own, so its messages are byte for byte the same. Other
 * implementations drop a message with another suite, and Taltun sends one only to a peer that said
 * that it knows it.
 */
public final class MessageHeader {
    public static final int TYPE_OFFSET = 0;
    public static final int SUITE_OFFSET = TYPE_OFFSET + Byte.BYTES;
    public static final int RESERVED_OFFSET = SUITE_OFFSET + Byte.BYTES;
    public static final int BYTES = RESERVED_OFFSET + Short.BYTES;

    private MessageHeader() {}

    /** True if the header fits and its two reserved bytes are zero. */
    public static boolean check(MemorySegment segment, long offset, long length) {
        return length >= BYTES && segment.get(Layouts.LE_SHORT, offset + RESERVED_OFFSET) == 0;
    }

    /** One of {@link MessageType}, or anything that somebody sent. */
    public static int type(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + TYPE_OFFSET));
    }

    /** Number of the cipher suite, 0 to 255. */
    public static int suite(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + SUITE_OFFSET));
    }

    /** The whole header as one little-endian word, to compare or store at once. */
    public static int word(int type, int suite) {
        return type | suite << Byte.SIZE;
    }

    /** The header that a message has, as {@link #word(int, int)} makes it. */
    public static int word(MemorySegment segment, long offset) {
        return segment.get(Layouts.LE_INT, offset + TYPE_OFFSET);
    }

    /** Writes the whole header. */
    public static void put(MemorySegment segment, long offset, int type, int suite) {
        segment.set(Layouts.LE_INT, offset + TYPE_OFFSET, word(type, suite));
    }
}
