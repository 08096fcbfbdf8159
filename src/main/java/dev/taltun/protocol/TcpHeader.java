package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Header of a TCP segment (RFC 9293, section 3.1). All fields are big-endian.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-------------------------------+-------------------------------+
 *  0 |          source port          |       destination port        |
 *    +-------------------------------+-------------------------------+
 *  4 |                        sequence number                        |
 *    +---------------------------------------------------------------+
 *  8 |                     acknowledgment number                     |
 *    +-------+-------+---------------+-------------------------------+
 * 12 | data  |  0    |C|E|U|A|P|R|S|F|            window             |
 *    +-------+-------+---------------+-------------------------------+
 * 16 |           checksum            |        urgent pointer         |
 *    +-------------------------------+-------------------------------+
 * 20 |                    options (0 to 40 bytes)                    |
 *    +---------------------------------------------------------------+
 * </pre>
 */
public final class TcpHeader {
    public static final int SOURCE_PORT_OFFSET = 0;
    public static final int DESTINATION_PORT_OFFSET = SOURCE_PORT_OFFSET + Short.BYTES;
    public static final int SEQUENCE_OFFSET = DESTINATION_PORT_OFFSET + Short.BYTES;
    public static final int ACKNOWLEDGMENT_OFFSET = SEQUENCE_OFFSET + Integer.BYTES;
    public static final int DATA_OFFSET = ACKNOWLEDGMENT_OFFSET + Integer.BYTES;
    public static final int FLAGS_OFFSET = DATA_OFFSET + Byte.BYTES;
    public static final int WINDOW_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int CHECKSUM_OFFSET = WINDOW_OFFSET + Short.BYTES;
    public static final int URGENT_OFFSET = CHECKSUM_OFFSET + Short.BYTES;

    /** Length of a header without options. */
    public static final int BYTES_MIN = URGENT_OFFSET + Short.BYTES;

    /** Longest header. */
    public static final int BYTES_MAX = 60;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    private TcpHeader() {}

    /** True if {@code length} bytes at {@code offset} hold a whole TCP header. */
    public static boolean check(MemorySegment segment, long offset, long length) {
        if (length < BYTES_MIN) {
            return false;
        }
        int header = headerLength(segment, offset);
        return header >= BYTES_MIN && header <= length;
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

    public static int sequence(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + SEQUENCE_OFFSET);
    }

    public static void sequence(MemorySegment segment, long offset, int sequence) {
        segment.set(Layouts.BE_INT, offset + SEQUENCE_OFFSET, sequence);
    }

    public static int acknowledgment(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + ACKNOWLEDGMENT_OFFSET);
    }

    /** Length of the header with its options, in bytes. */
    public static int headerLength(MemorySegment segment, long offset) {
        return (segment.get(Layouts.BYTE, offset + DATA_OFFSET) >>> 4 & 0x0f) * Integer.BYTES;
    }

    public static int flags(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + FLAGS_OFFSET));
    }

    public static void flags(MemorySegment segment, long offset, int flags) {
        segment.set(Layouts.BYTE, offset + FLAGS_OFFSET, (byte) flags);
    }

    public static int window(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + WINDOW_OFFSET));
    }

    public static int checksum(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + CHECKSUM_OFFSET));
    }

    public static void checksum(MemorySegment segment, long offset, int checksum) {
        segment.set(Layouts.BE_SHORT, offset + CHECKSUM_OFFSET, (short) checksum);
    }
}
