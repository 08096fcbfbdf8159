package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Header of a UDP datagram (RFC 768). All fields are big-endian.
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 * 0 |          source port          |       destination port        |
 *   +-------------------------------+-------------------------------+
 * 4 |            length             |           checksum            |
 *   +-------------------------------+-------------------------------+
 * 8
 * </pre>
 */
public final class UdpHeader {
    public static final int SOURCE_PORT_OFFSET = 0;
    public static final int DESTINATION_PORT_OFFSET = SOURCE_PORT_OFFSET + Short.BYTES;
    public static final int LENGTH_OFFSET = DESTINATION_PORT_OFFSET + Short.BYTES;
    public static final int CHECKSUM_OFFSET = LENGTH_OFFSET + Short.BYTES;
    public static final int BYTES = CHECKSUM_OFFSET + Short.BYTES;

    private UdpHeader() {}

    /** True if {@code length} bytes at {@code offset} hold the header and the whole datagram. */
    public static boolean check(MemorySegment segment, long offset, long length) {
        if (length < BYTES) {
            return false;
        }
        int datagram = length(segment, offset);
        return datagram >= BYTES && datagram <= length;
    }

    public static int sourcePort(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + SOURCE_PORT_OFFSET));
    }

    public static int destinationPort(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + DESTINATION_PORT_OFFSET));
    }

    /** Both ports as one word, to compare flows at once. */
    public static int ports(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + SOURCE_PORT_OFFSET);
    }

    /** Length of header and data, in bytes. */
    public static int length(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + LENGTH_OFFSET));
    }

    public static void length(MemorySegment segment, long offset, int length) {
        segment.set(Layouts.BE_SHORT, offset + LENGTH_OFFSET, (short) length);
    }

    /** Zero means that the sender computed none (IPv4 only). */
    public static int checksum(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + CHECKSUM_OFFSET));
    }

    public static void checksum(MemorySegment segment, long offset, int checksum) {
        segment.set(Layouts.BE_SHORT, offset + CHECKSUM_OFFSET, (short) checksum);
    }
}
