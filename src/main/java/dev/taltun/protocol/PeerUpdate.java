package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A {@link ControlFrame#TYPE_PEER_UPDATE}: a lighthouse tells where a peer may be reached, to who
 * asked for it or, as {@link #FLAG_PUNCH}, to the peer that was asked for: it ought to send to
 * these places at once, so that its own NAT lets the other's packets in.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |       0       |     type      |   length of the body (BE)     |
 *    +---------------+---------------+-------------------------------+
 *  4 |     flags     | capabilities  |               0               |
 *    +---------------+---------------+-------------------------------+
 *  8 |             transaction of the query, or 0 (BE)               |
 *    +---------------------------------------------------------------+
 * 12 |             public key of the peer (32 bytes)                 |
 *    +---------------------------------------------------------------+
 * 44 |   its {@link Whereabouts}, the place seen by the lighthouse first ...
 *    +---------------------------------------------------------------+
 * </pre>
 *
 * capabilities: those of the peer, the lowest eight, as it last said in {@link Register}.
 */
public final class PeerUpdate {
    public static final int FLAGS_OFFSET = ControlFrame.BODY_OFFSET;
    public static final int CAPABILITIES_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int TRANSACTION_OFFSET = FLAGS_OFFSET + Integer.BYTES;
    public static final int KEY_OFFSET = TRANSACTION_OFFSET + Integer.BYTES;
    public static final int WHEREABOUTS_OFFSET = KEY_OFFSET + Limits.PUBLIC_KEY_BYTES;
    public static final int BYTES_MAX = WHEREABOUTS_OFFSET + Whereabouts.BYTES_MAX;

    /** Not asked for: the peer wants to connect, and begins now. */
    public static final int FLAG_PUNCH = 1;

    /** The lighthouse does not know where the peer is, or may not tell. */
    public static final int FLAG_UNKNOWN = 2;

    /**
     * The peer was not told of all our places: others may be made to send to those, which only we
     * can pay for, with a {@link Query#FLAG_PAYS}.
     */
    public static final int FLAG_UNPAID = 4;

    private PeerUpdate() {}

    /** True if a control frame, which was checked, is complete. */
    public static boolean check(MemorySegment segment, long offset) {
        int bytes = ControlFrame.HEADER_BYTES + ControlFrame.bodyLength(segment, offset);
        return bytes >= WHEREABOUTS_OFFSET
                && Whereabouts.check(
                        segment, offset + WHEREABOUTS_OFFSET, bytes - WHEREABOUTS_OFFSET);
    }

    public static int flags(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + FLAGS_OFFSET));
    }

    /** What the peer can do, as a set of bits: {@link ControlFrame#CAPABILITY_PATHS} and so on. */
    public static int capabilities(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + CAPABILITIES_OFFSET));
    }

    public static void putCapabilities(MemorySegment segment, long offset, int capabilities) {
        segment.set(Layouts.BYTE, offset + CAPABILITIES_OFFSET, (byte) capabilities);
    }

    public static int transaction(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + TRANSACTION_OFFSET);
    }

    /**
     * Writes everything but the key, the lists and the capabilities, which are none then.
     *
     * @return bytes of the whole frame
     */
    public static int put(
            MemorySegment segment,
            long offset,
            int flags,
            int transaction,
            int addresses,
            int places) {
        int bytes = WHEREABOUTS_OFFSET + Whereabouts.bytes(addresses, places);
        ControlFrame.putHeader(
                segment, offset, ControlFrame.TYPE_PEER_UPDATE, bytes - ControlFrame.HEADER_BYTES);
        segment.set(Layouts.BE_INT, offset + FLAGS_OFFSET, 0);
        segment.set(Layouts.BYTE, offset + FLAGS_OFFSET, (byte) flags);
        segment.set(Layouts.BE_INT, offset + TRANSACTION_OFFSET, transaction);
        Whereabouts.putCounts(segment, offset + WHEREABOUTS_OFFSET, addresses, places);
        return bytes;
    }
}
