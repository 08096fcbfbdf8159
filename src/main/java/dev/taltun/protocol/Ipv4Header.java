package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Header of an IPv4 packet (RFC 791, section 3.1). All fields are big-endian.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-------+-------+-----------+---+-------------------------------+
 *  0 |version|  IHL  |   DSCP    |ECN|         total length          |
 *    +-------+-------+-----------+---+-----+-------------------------+
 *  4 |         identification        |0|D|M|    fragment offset      |
 *    +---------------+---------------+-----+-------------------------+
 *  8 |      TTL      |   protocol    |        header checksum        |
 *    +---------------+---------------+-------------------------------+
 * 12 |                        source address                         |
 *    +---------------------------------------------------------------+
 * 16 |                      destination address                      |
 *    +---------------------------------------------------------------+
 * 20 |                 options (0 to 40 bytes)                       |
 *    +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv4Header {
    public static final int VERSION_IHL_OFFSET = 0;
    public static final int TOS_OFFSET = VERSION_IHL_OFFSET + Byte.BYTES;
    public static final int TOTAL_LENGTH_OFFSET = TOS_OFFSET + Byte.BYTES;
    public static final int ID_OFFSET = TOTAL_LENGTH_OFFSET + Short.BYTES;
    public static final int FRAGMENT_OFFSET = ID_OFFSET + Short.BYTES;
    public static final int TTL_OFFSET = FRAGMENT_OFFSET + Short.BYTES;
    public static final int PROTOCOL_OFFSET = TTL_OFFSET + Byte.BYTES;
    public static final int CHECKSUM_OFFSET = PROTOCOL_OFFSET + Byte.BYTES;
    public static final int SOURCE_OFFSET = CHECKSUM_OFFSET + Short.BYTES;
    public static final int DESTINATION_OFFSET = SOURCE_OFFSET + Integer.BYTES;

    /** Length of a header without options. */
    public static final int BYTES_MIN = DESTINATION_OFFSET + Integer.BYTES;

    public static final int ADDRESS_BYTES = Integer.BYTES;

    /** In {@link #fragmentField}: don't fragment. */
    public static final int DONT_FRAGMENT = 0x4000;

    /** In {@link #fragmentField}: more fragments follow. */
    public static final int MORE_FRAGMENTS = 0x2000;

    /** In {@link #fragmentField}: place of the fragment, in units of 8 bytes. */
    public static final int FRAGMENT_PLACE_MASK = 0x1fff;

    private Ipv4Header() {}

    /**
     * True if {@code length} bytes at {@code offset} hold an IPv4 header and, by its own account,
     * the whole packet. More bytes may follow it: padding.
     */
    public static boolean check(MemorySegment segment, long offset, long length) {
        if (length < BYTES_MIN || IpPacket.version(segment, offset) != IpPacket.VERSION_4) {
            return false;
        }
        int header = headerLength(segment, offset);
        int total = totalLength(segment, offset);
        return header >= BYTES_MIN && header <= total && total <= length;
    }

    /** Length of the header with its options, in bytes. */
    public static int headerLength(MemorySegment segment, long offset) {
        return (segment.get(Layouts.BYTE, offset + VERSION_IHL_OFFSET) & 0x0f) * Integer.BYTES;
    }

    /** The DSCP (upper six bits) and ECN (lower two) byte. */
    public static int tos(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + TOS_OFFSET));
    }

    public static void tos(MemorySegment segment, long offset, int tos) {
        segment.set(Layouts.BYTE, offset + TOS_OFFSET, (byte) tos);
    }

    /** Length of header and payload, in bytes. */
    public static int totalLength(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + TOTAL_LENGTH_OFFSET));
    }

    public static void totalLength(MemorySegment segment, long offset, int length) {
        segment.set(Layouts.BE_SHORT, offset + TOTAL_LENGTH_OFFSET, (short) length);
    }

    public static int id(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + ID_OFFSET));
    }

    public static void id(MemorySegment segment, long offset, int id) {
        segment.set(Layouts.BE_SHORT, offset + ID_OFFSET, (short) id);
    }

    /** Flags and place of the fragment in one. */
    public static int fragmentField(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + FRAGMENT_OFFSET));
    }

    /** True if the packet is one of several fragments. */
    public static boolean isFragment(MemorySegment segment, long offset) {
        return (fragmentField(segment, offset) & (MORE_FRAGMENTS | FRAGMENT_PLACE_MASK)) != 0;
    }

    public static int ttl(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + TTL_OFFSET));
    }

    public static void ttl(MemorySegment segment, long offset, int ttl) {
        segment.set(Layouts.BYTE, offset + TTL_OFFSET, (byte) ttl);
    }

    /** One of the {@code PROTOCOL_} numbers of {@link IpPacket}, or another. */
    public static int protocol(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + PROTOCOL_OFFSET));
    }

    public static int checksum(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + CHECKSUM_OFFSET));
    }

    public static void checksum(MemorySegment segment, long offset, int checksum) {
        segment.set(Layouts.BE_SHORT, offset + CHECKSUM_OFFSET, (short) checksum);
    }

    public static int source(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + SOURCE_OFFSET);
    }

    public static int destination(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + DESTINATION_OFFSET);
    }
}
