package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * What an engine under load answers to a handshake message without a valid mac2 (WireGuard paper,
 * section 5.4.7).
 *
 * <pre>
 *    +---------------+---------------+-------------------------------+
 *  0 |   type = 3    |     suite     |           reserved            |
 *    +---------------+---------------+-------------------------------+
 *  4 |                 receiver index (little-endian)                |
 *    +---------------------------------------------------------------+
 *  8 |                       nonce (24 bytes)                        |
 *    +---------------------------------------------------------------+
 * 32 |            sealed cookie (16 bytes + 16 of tag)               |
 *    +---------------------------------------------------------------+
 * 64
 * </pre>
 */
public final class CookieReply {
    public static final int RECEIVER_OFFSET = MessageHeader.BYTES;
    public static final int NONCE_OFFSET = RECEIVER_OFFSET + Integer.BYTES;
    public static final int COOKIE_OFFSET = NONCE_OFFSET + Limits.COOKIE_NONCE_BYTES;
    public static final int COOKIE_BYTES = Limits.MAC_BYTES + Limits.TAG_BYTES;
    public static final int BYTES = COOKIE_OFFSET + COOKIE_BYTES;

    private CookieReply() {}

    /** True if a message of this length holds every field. */
    public static boolean checkLength(long length) {
        return length == BYTES;
    }

    /** The sender index of the handshake message that this answers. */
    public static int receiver(MemorySegment segment, long offset) {
        return segment.get(Layouts.LE_INT, offset + RECEIVER_OFFSET);
    }

    public static void receiver(MemorySegment segment, long offset, int index) {
        segment.set(Layouts.LE_INT, offset + RECEIVER_OFFSET, index);
    }
}
