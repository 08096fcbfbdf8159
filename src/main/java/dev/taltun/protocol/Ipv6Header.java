package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Header of an IPv6 packet (RFC 8200, section 3). All fields are big-endian.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-------+---------------+---------------------------------------+
 *  0 |version| traffic class |              flow label               |
 *    +-------+---------------+-------+---------------+---------------+
 *  4 |        payload length         |  next header  |   hop limit   |
 *    +-------------------------------+---------------+---------------+
 *  8 |                   source address (16 bytes)                   |
 *    +---------------------------------------------------------------+
 * 24 |                 destination address (16 bytes)                |
 *    +---------------------------------------------------------------+
 * 40
 * </pre>
 */
public final class Ipv6Header {
    public static final int VERSION_CLASS_FLOW_OFFSET = 0;
    public static final int PAYLOAD_LENGTH_OFFSET = VERSION_CLASS_FLOW_OFFSET + Integer.BYTES;
    public static final int NEXT_HEADER_OFFSET = PAYLOAD_LENGTH_OFFSET + Short.BYTES;
    public static final int HOP_LIMIT_OFFSET = NEXT_HEADER_OFFSET + Byte.BYTES;
    public static final int SOURCE_OFFSET = HOP_LIMIT_OFFSET + Byte.BYTES;
    public static final int ADDRESS_BYTES = 2 * Long.BYTES;
    public static final int DESTINATION_OFFSET = SOURCE_OFFSET + ADDRESS_BYTES;
    public static final int BYTES = DESTINATION_OFFSET + ADDRESS_BYTES;

    private static final int CLASS_SHIFT = 20;
    private static final int FLOW_LABEL_MASK = 0xfffff;

    private Ipv6Header() {}

    /**
     * True if {@code length} bytes at {@code offset} hold an IPv6 header and, by its own account,
     * the whole packet. More bytes may follow it: padding.
     */
    public static boolean check(MemorySegment segment, long offset, long length) {
        return length >= BYTES
                && IpPacket.version(segment, offset) == IpPacket.VERSION_6
                && totalLength(segment, offset) <= length;
    }

    /** The DSCP (upper six bits) and ECN (lower two) byte. */
    public static int trafficClass(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + VERSION_CLASS_FLOW_OFFSET) >>> CLASS_SHIFT
                & 0xff;
    }

    public static void trafficClass(MemorySegment segment, long offset, int trafficClass) {
        int word = segment.get(Layouts.BE_INT, offset + VERSION_CLASS_FLOW_OFFSET);
        int cleared = word & ~(0xff << CLASS_SHIFT);
        segment.set(
                Layouts.BE_INT,
                offset + VERSION_CLASS_FLOW_OFFSET,
                cleared | (trafficClass & 0xff) << CLASS_SHIFT);
    }

    public static int flowLabel(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + VERSION_CLASS_FLOW_OFFSET) & FLOW_LABEL_MASK;
    }

    /** Bytes behind the fixed header, extension headers included. */
    public static int payloadLength(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + PAYLOAD_LENGTH_OFFSET));
    }

    public static void payloadLength(MemorySegment segment, long offset, int length) {
        segment.set(Layouts.BE_SHORT, offset + PAYLOAD_LENGTH_OFFSET, (short) length);
    }

    /** Length of header and payload, in bytes. */
    public static int totalLength(MemorySegment segment, long offset) {
        return BYTES + payloadLength(segment, offset);
    }

    /** One of the {@code PROTOCOL_} numbers of {@link IpPacket}, or an extension header's. */
    public static int nextHeader(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + NEXT_HEADER_OFFSET));
    }

    public static int hopLimit(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + HOP_LIMIT_OFFSET));
    }

    public static void hopLimit(MemorySegment segment, long offset, int hopLimit) {
        segment.set(Layouts.BYTE, offset + HOP_LIMIT_OFFSET, (byte) hopLimit);
    }

    /** First eight bytes of the source address. */
    public static long sourceHigh(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + SOURCE_OFFSET);
    }

    /** Last eight bytes of the source address. */
    public static long sourceLow(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + SOURCE_OFFSET + Long.BYTES);
    }

    /** First eight bytes of the destination address. */
    public static long destinationHigh(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + DESTINATION_OFFSET);
    }

    /** Last eight bytes of the destination address. */
    public static long destinationLow(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + DESTINATION_OFFSET + Long.BYTES);
    }
}
