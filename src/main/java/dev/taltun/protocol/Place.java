package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Where datagrams can be sent to.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------------------------------------------------------+
 *  0 |        address, IPv4 mapped (16 bytes, network order)         |
 *    +-------------------------------+-------------------------------+
 * 16 |           port (BE)           |
 *    +-------------------------------+
 * 18
 * </pre>
 */
public final class Place {
    public static final int ADDRESS_OFFSET = 0;
    public static final int PORT_OFFSET = ADDRESS_OFFSET + 2 * Long.BYTES;
    public static final int BYTES = PORT_OFFSET + Short.BYTES;

    private Place() {}

    /** Upper half of the address. */
    public static long high(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + ADDRESS_OFFSET);
    }

    public static long low(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + ADDRESS_OFFSET + Long.BYTES);
    }

    /** 0 to 65535. */
    public static int port(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + PORT_OFFSET));
    }

    public static void put(MemorySegment segment, long offset, long high, long low, int port) {
        segment.set(Layouts.BE_LONG, offset + ADDRESS_OFFSET, high);
        segment.set(Layouts.BE_LONG, offset + ADDRESS_OFFSET + Long.BYTES, low);
        segment.set(Layouts.BE_SHORT, offset + PORT_OFFSET, (short) port);
    }
}
