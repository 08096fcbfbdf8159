package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Second message of a handshake, responder to initiator (WireGuard paper, section 5.4.3).
 *
 * <pre>
 *    +---------------+---------------+-------------------------------+
 *  0 |   type = 2    |     suite     |           reserved            |
 *    +---------------+---------------+-------------------------------+
 *  4 |                  sender index (little-endian)                 |
 *    +---------------------------------------------------------------+
 *  8 |                 receiver index (little-endian)                |
 *    +---------------------------------------------------------------+
 * 12 |                ephemeral public key (32 bytes)                |
 *    +---------------------------------------------------------------+
 * 44 |                 sealed nothing (16 of tag)                    |
 *    +---------------------------------------------------------------+
 * 60 |                        mac1 (16 bytes)                        |
 *    +---------------------------------------------------------------+
 * 76 |                        mac2 (16 bytes)                        |
 *    +---------------------------------------------------------------+
 * 92
 * </pre>
 */
public final class HandshakeResponse {
    public static final int SENDER_OFFSET = MessageHeader.BYTES;
    public static final int RECEIVER_OFFSET = SENDER_OFFSET + Integer.BYTES;
    public static final int EPHEMERAL_OFFSET = RECEIVER_OFFSET + Integer.BYTES;
    public static final int EMPTY_OFFSET = EPHEMERAL_OFFSET + Limits.PUBLIC_KEY_BYTES;
    public static final int EMPTY_BYTES = Limits.TAG_BYTES;
    public static final int MAC1_OFFSET = EMPTY_OFFSET + EMPTY_BYTES;
    public static final int MAC2_OFFSET = MAC1_OFFSET + Limits.MAC_BYTES;
    public static final int BYTES = MAC2_OFFSET + Limits.MAC_BYTES;

    private HandshakeResponse() {}

    /** True if a message of this length holds every field. */
    public static boolean checkLength(long length) {
        return length == BYTES;
    }

    /** The index that the responder wants to see on messages to it. */
    public static int sender(MemorySegment segment, long offset) {
        return segment.get(Layouts.LE_INT, offset + SENDER_OFFSET);
    }

    public static void sender(MemorySegment segment, long offset, int index) {
        segment.set(Layouts.LE_INT, offset + SENDER_OFFSET, index);
    }

    /** The sender index of the initiation that this answers. */
    public static int receiver(MemorySegment segment, long offset) {
        return segment.get(Layouts.LE_INT, offset + RECEIVER_OFFSET);
    }

    public static void receiver(MemorySegment segment, long offset, int index) {
        segment.set(Layouts.LE_INT, offset + RECEIVER_OFFSET, index);
    }
}
