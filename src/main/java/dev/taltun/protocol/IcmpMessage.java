package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Header of an ICMP message (RFC 792) and of an ICMPv6 message (RFC 4443, section 2.1), which have
 * one shape. All fields are big-endian. What the second word means depends on the type: nothing for
 * most errors, the MTU of the next hop for "fragmentation needed" (its lower half, RFC 1191) and
 * for "packet too big" (all of it).
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |     type      |     code      |           checksum            |
 *    +---------------+---------------+-------------------------------+
 *  4 |                     depends on the type                       |
 *    +---------------------------------------------------------------+
 *  8 |   errors: the beginning of the packet they are about ...      |
 *    +---------------------------------------------------------------+
 * </pre>
 */
public final class IcmpMessage {
    public static final int TYPE_OFFSET = 0;
    public static final int CODE_OFFSET = TYPE_OFFSET + Byte.BYTES;
    public static final int CHECKSUM_OFFSET = CODE_OFFSET + Byte.BYTES;
    public static final int REST_OFFSET = CHECKSUM_OFFSET + Short.BYTES;
    public static final int BYTES = REST_OFFSET + Integer.BYTES;

    // ICMP for IPv4: errors, RFC 792.

    public static final int UNREACHABLE = 3;
    public static final int TIME_EXCEEDED = 11;

    /** In {@link #UNREACHABLE}: no route. */
    public static final int NET = 0;

    /** In {@link #UNREACHABLE}. */
    public static final int HOST = 1;

    /** In {@link #UNREACHABLE}: too big, and not to be fragmented. */
    public static final int FRAGMENTATION_NEEDED = 4;

    /** In {@link #UNREACHABLE}: refused by the administrator (RFC 1812, section 5.2.7.1). */
    public static final int PROHIBITED = 13;

    // ICMPv6: errors are those below 128, RFC 4443.

    public static final int V6_UNREACHABLE = 1;
    public static final int V6_PACKET_TOO_BIG = 2;
    public static final int V6_TIME_EXCEEDED = 3;

    /** First type that is no error. */
    public static final int V6_FIRST_INFORMATIONAL = 128;

    /** Redirect (RFC 4861), of which no error may be sent either. */
    public static final int V6_REDIRECT = 137;

    /** In {@link #V6_UNREACHABLE}. */
    public static final int V6_NO_ROUTE = 0;

    /** In {@link #V6_UNREACHABLE}: refused by the administrator. */
    public static final int V6_PROHIBITED = 1;

    /** In {@link #V6_UNREACHABLE}: the host does not answer. */
    public static final int V6_ADDRESS = 3;

    private IcmpMessage() {}

    /** True if {@code length} bytes hold the whole header. */
    public static boolean check(long length) {
        return length >= BYTES;
    }

    public static int type(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + TYPE_OFFSET));
    }

    public static int code(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + CODE_OFFSET));
    }

    /** Writes the header, with a checksum of 0 that is still to be filled in. */
    public static void put(MemorySegment segment, long offset, int type, int code, int rest) {
        segment.set(Layouts.BYTE, offset + TYPE_OFFSET, (byte) type);
        segment.set(Layouts.BYTE, offset + CODE_OFFSET, (byte) code);
        segment.set(Layouts.BE_SHORT, offset + CHECKSUM_OFFSET, (short) 0);
        segment.set(Layouts.BE_INT, offset + REST_OFFSET, rest);
    }
}
