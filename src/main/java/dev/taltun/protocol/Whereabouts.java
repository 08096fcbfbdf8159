package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Where a node is: its addresses inside the VPN, and the places outside where it may be reached.
 * The last part of several control frames.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+
 *  0 |   addresses   |    places     |   how many of each
 *    +---------------+---------------+
 *  2 |   addresses inside, 16 bytes each ...
 *    +---------------------------------------------------------------+
 *    |   places: address (16 bytes), port (2 bytes, BE), each ...
 *    +---------------------------------------------------------------+
 * </pre>
 *
 * IPv4 addresses are mapped ({@code ::ffff:a.b.c.d}). All numbers are big-endian.
 */
public final class Whereabouts {
    public static final int ADDRESSES_OFFSET = 0;
    public static final int PLACES_OFFSET = ADDRESSES_OFFSET + Byte.BYTES;
    public static final int LISTS_OFFSET = PLACES_OFFSET + Byte.BYTES;
    public static final int ADDRESS_BYTES = 16;
    public static final int PLACE_BYTES = ADDRESS_BYTES + Short.BYTES;

    /** Most addresses inside that are told; a node with more is found by these. */
    public static final int ADDRESSES_MAX = 4;

    /** Most places that are told, best first. */
    public static final int PLACES_MAX = 8;

    /** 2 + 4 x 16 + 8 x 18. */
    public static final int BYTES_MAX =
            LISTS_OFFSET + ADDRESSES_MAX * ADDRESS_BYTES + PLACES_MAX * PLACE_BYTES;

    private Whereabouts() {}

    /** Length with this many of each. */
    public static int bytes(int addresses, int places) {
        return LISTS_OFFSET + addresses * ADDRESS_BYTES + places * PLACE_BYTES;
    }

    /** True if both lists are complete within {@code length} bytes, and no longer than allowed. */
    public static boolean check(MemorySegment segment, long offset, long length) {
        return length >= LISTS_OFFSET
                && addresses(segment, offset) <= ADDRESSES_MAX
                && places(segment, offset) <= PLACES_MAX
                && bytes(addresses(segment, offset), places(segment, offset)) <= length;
    }

    public static int addresses(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + ADDRESSES_OFFSET));
    }

    public static int places(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + PLACES_OFFSET));
    }

    /** Upper half of address i. */
    public static long addressHigh(MemorySegment segment, long offset, int i) {
        return segment.get(Layouts.BE_LONG, addressAt(offset, i));
    }

    public static long addressLow(MemorySegment segment, long offset, int i) {
        return segment.get(Layouts.BE_LONG, addressAt(offset, i) + Long.BYTES);
    }

    /** Where place i begins: to be read by {@link Place}. */
    public static long placeAt(MemorySegment segment, long offset, int i) {
        return addressAt(offset, addresses(segment, offset)) + (long) i * PLACE_BYTES;
    }

    private static long addressAt(long offset, int i) {
        return offset + LISTS_OFFSET + (long) i * ADDRESS_BYTES;
    }

    /** Writes how many of each there are; they follow. */
    public static void putCounts(MemorySegment segment, long offset, int addresses, int places) {
        segment.set(Layouts.BYTE, offset + ADDRESSES_OFFSET, (byte) addresses);
        segment.set(Layouts.BYTE, offset + PLACES_OFFSET, (byte) places);
    }

    public static void putAddress(MemorySegment segment, long offset, int i, long high, long low) {
        segment.set(Layouts.BE_LONG, addressAt(offset, i), high);
        segment.set(Layouts.BE_LONG, addressAt(offset, i) + Long.BYTES, low);
    }
}
