package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A {@link ControlFrame#TYPE_QUERY}: a node asks a lighthouse where a peer is. The lighthouse
 * answers with a {@link PeerUpdate} about the peer, and sends the peer one about the asker.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |       0       |     type      |   length of the body (BE)     |
 *    +---------------+---------------+-------------------------------+
 *  4 |                       transaction (BE)                        |
 *    +---------------------------------------------------------------+
 *  8 |             public key of the peer (32 bytes)                 |
 *    +---------------------------------------------------------------+
 * 40 |     flags     |                                               |
 *    +---------------+                                               |
 *    |   zeros, to as many bytes as it may cause others to send      |
 *    +---------------------------------------------------------------+
 * 1200
 * </pre>
 */
public final class Query {
    public static final int TRANSACTION_OFFSET = ControlFrame.BODY_OFFSET;
    public static final int KEY_OFFSET = TRANSACTION_OFFSET + Integer.BYTES;
    public static final int FLAGS_OFFSET = KEY_OFFSET + Limits.PUBLIC_KEY_BYTES;
    public static final int PADDING_OFFSET = FLAGS_OFFSET + Byte.BYTES;

    /**
     * Not a question, but what a {@link PeerUpdate#FLAG_UNPAID} asks for: the peer is told all
     * places of the sender, which pays for that with this.
     */
    public static final int FLAG_PAYS = 1;

    /** Whoever asks pays as much as asking may cost others: no amplifier comes of it. */
    public static final int BYTES = 1200;

    private Query() {}

    /** True if a control frame, which was checked, is complete, with all its padding. */
    public static boolean check(MemorySegment segment, long offset) {
        return ControlFrame.HEADER_BYTES + ControlFrame.bodyLength(segment, offset) >= BYTES;
    }

    public static int transaction(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + TRANSACTION_OFFSET);
    }

    public static int flags(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + FLAGS_OFFSET));
    }

    /** Writes everything but the key. */
    public static void put(MemorySegment segment, long offset, int transaction, int flags) {
        ControlFrame.putHeader(
                segment, offset, ControlFrame.TYPE_QUERY, BYTES - ControlFrame.HEADER_BYTES);
        segment.set(Layouts.BE_INT, offset + TRANSACTION_OFFSET, transaction);
        segment.set(Layouts.BYTE, offset + FLAGS_OFFSET, (byte) flags);
        segment.asSlice(offset + PADDING_OFFSET, BYTES - PADDING_OFFSET).fill((byte) 0);
    }
}
