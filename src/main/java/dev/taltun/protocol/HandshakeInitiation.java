package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * First message of a handshake, initiator to responder (WireGuard paper, section 5.4.2).
 *
 * <pre>
 *     +---------------+---------------+-------------------------------+
 *   0 |   type = 1    |     suite     |           reserved            |
 *     +---------------+---------------+-------------------------------+
 *   4 |                  sender index (little-endian)                 |
 *     +---------------------------------------------------------------+
 *   8 |                ephemeral public key (32 bytes)                |
 *     +---------------------------------------------------------------+
 *  40 |       sealed static public key (32 bytes + 16 of tag)         |
 *     +---------------------------------------------------------------+
 *  88 |       sealed TAI64N timestamp (12 bytes + 16 of tag)          |
 *     +---------------------------------------------------------------+
 * 116 |                        mac1 (16 bytes)                        |
 *     +---------------------------------------------------------------+
 * 132 |                        mac2 (16 bytes)                        |
 *     +---------------------------------------------------------------+
 * 148
 * </pre>
 */
public final class HandshakeInitiation {
    public static final int SENDER_OFFSET = MessageHeader.BYTES;
    public static final int EPHEMERAL_OFFSET = SENDER_OFFSET + Integer.BYTES;
    public static final int STATIC_OFFSET = EPHEMERAL_OFFSET + Limits.PUBLIC_KEY_BYTES;
    public static final int STATIC_BYTES = Limits.PUBLIC_KEY_BYTES + Limits.TAG_BYTES;
    public static final int TIMESTAMP_OFFSET = STATIC_OFFSET + STATIC_BYTES;
    public static final int TIMESTAMP_BYTES = Limits.TIMESTAMP_BYTES + Limits.TAG_BYTES;
    public static final int MAC1_OFFSET = TIMESTAMP_OFFSET + TIMESTAMP_BYTES;
    public static final int MAC2_OFFSET = MAC1_OFFSET + Limits.MAC_BYTES;
    public static final int BYTES = MAC2_OFFSET + Limits.MAC_BYTES;

    private HandshakeInitiation() {}

    /** True if a message of this length holds every field. */
    public static boolean checkLength(long length) {
        return length == BYTES;
    }

    /** The index that the initiator wants to see on messages to it. */
    public static int sender(MemorySegment segment, long offset) {
        return segment.get(Layouts.LE_INT, offset + SENDER_OFFSET);
    }

    public static void sender(MemorySegment segment, long offset, int index) {
        segment.set(Layouts.LE_INT, offset + SENDER_OFFSET, index);
    }
}
