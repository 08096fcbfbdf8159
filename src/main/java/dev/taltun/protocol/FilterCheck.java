package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A {@link ControlFrame#TYPE_FILTER_CHECK}: a node asks a lighthouse to send it a stray, a datagram
 * from another port than the node's own datagrams go to. If it arrives, nothing in front of the
 * node filters by port (RFC 4787, section 5; RFC 5780 has the idea).
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |       0       |     type      |   length of the body (BE)     |
 *    +---------------+---------------+-------------------------------+
 *  4 |                       token (8 bytes)                         |
 *    +---------------------------------------------------------------+
 * 12 |   zeros: the stray is shorter than its question               |
 *    +---------------------------------------------------------------+
 * 64
 * </pre>
 *
 * The stray has the form of a {@link CookieReply}, so that whoever gets it by mistake drops it: its
 * receiver index is that of the node's session, its nonce begins with the token, and the rest is
 * zeros.
 */
public final class FilterCheck {
    public static final int TOKEN_OFFSET = ControlFrame.BODY_OFFSET;
    public static final int BYTES = CookieReply.BYTES;
    public static final int STRAY_BYTES = CookieReply.BYTES;

    private FilterCheck() {}

    /** True if a control frame, which was checked, is complete, with all its zeros. */
    public static boolean check(MemorySegment segment, long offset) {
        return ControlFrame.HEADER_BYTES + ControlFrame.bodyLength(segment, offset) >= BYTES;
    }

    /** Comes back in the stray; unpredictable. */
    public static long token(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + TOKEN_OFFSET);
    }

    /** Writes a whole frame. */
    public static void put(MemorySegment segment, long offset, long token) {
        segment.asSlice(offset, BYTES).fill((byte) 0);
        ControlFrame.putHeader(
                segment, offset, ControlFrame.TYPE_FILTER_CHECK, BYTES - ControlFrame.HEADER_BYTES);
        segment.set(Layouts.BE_LONG, offset + TOKEN_OFFSET, token);
    }

    /** The token of a stray, if it is one. */
    public static long strayToken(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + CookieReply.NONCE_OFFSET);
    }

    /** Writes a whole stray. */
    public static void putStray(MemorySegment segment, long offset, int receiver, long token) {
        segment.asSlice(offset, STRAY_BYTES).fill((byte) 0);
        segment.set(Layouts.BYTE, offset, (byte) MessageType.COOKIE_REPLY);
        CookieReply.receiver(segment, offset, receiver);
        segment.set(Layouts.BE_LONG, offset + CookieReply.NONCE_OFFSET, token);
    }
}
