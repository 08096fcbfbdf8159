package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A sealed packet of an established session (WireGuard paper, section 5.4.6). An empty one is a
 * keepalive.
 *
 * <pre>
 *      +---------------+---------------+-------------------------------+
 *    0 |   type = 4    |     suite     |           reserved            |
 *      +---------------+---------------+-------------------------------+
 *    4 |                 receiver index (little-endian)                |
 *      +---------------------------------------------------------------+
 *    8 |                   counter (little-endian,                     |
 *   12 |                          8 bytes)                             |
 *      +---------------------------------------------------------------+
 *   16 |                 sealed packet (n bytes, padded)               |
 *      +---------------------------------------------------------------+
 * 16+n |                        tag (16 bytes)                         |
 *      +---------------------------------------------------------------+
 * 32+n
 * </pre>
 */
public final class TransportData {
    public static final int RECEIVER_OFFSET = MessageHeader.BYTES;
    public static final int COUNTER_OFFSET = RECEIVER_OFFSET + Integer.BYTES;
    public static final int PACKET_OFFSET = COUNTER_OFFSET + Long.BYTES;

    /** Bytes before the sealed packet. */
    public static final int HEADER_BYTES = PACKET_OFFSET;

    /** What sealing adds to a padded packet: the header before and the tag behind. */
    public static final int OVERHEAD_BYTES = HEADER_BYTES + Limits.TAG_BYTES;

    /** Length of a keepalive, the shortest message. */
    public static final int BYTES_MIN = OVERHEAD_BYTES;

    private TransportData() {}

    /** True if a message of this length holds every field. */
    public static boolean checkLength(long length) {
        return length >= BYTES_MIN;
    }

    /** Index of the session at its receiver. */
    public static int receiver(MemorySegment segment, long offset) {
        return segment.get(Layouts.LE_INT, offset + RECEIVER_OFFSET);
    }

    /** Counter of the message in its session and direction: unsigned, also the nonce. */
    public static long counter(MemorySegment segment, long offset) {
        return segment.get(Layouts.LE_LONG, offset + COUNTER_OFFSET);
    }

    /** Writes the 16 bytes of header. */
    public static void putHeader(
            MemorySegment segment, long offset, int suite, int receiver, long counter) {
        MessageHeader.put(segment, offset, MessageType.TRANSPORT_DATA, suite);
        segment.set(Layouts.LE_INT, offset + RECEIVER_OFFSET, receiver);
        segment.set(Layouts.LE_LONG, offset + COUNTER_OFFSET, counter);
    }
}
