package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A {@link ControlFrame#TYPE_REGISTER}: a node tells a lighthouse where it may be reached, every
 * few seconds and whenever that changes. Answered by {@link Observed}.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |       0       |     type      |   length of the body (BE)     |
 *    +---------------+---------------+-------------------------------+
 *  4 |                       transaction (BE)                        |
 *    +---------------------------------------------------------------+
 *  8 |                       capabilities (BE)                       |
 *    +---------------------------------------------------------------+
 * 12 |   the sender's {@link Whereabouts} ...
 *    +---------------------------------------------------------------+
 * </pre>
 */
public final class Register {
    public static final int TRANSACTION_OFFSET = ControlFrame.BODY_OFFSET;
    public static final int CAPABILITIES_OFFSET = TRANSACTION_OFFSET + Integer.BYTES;
    public static final int WHEREABOUTS_OFFSET = CAPABILITIES_OFFSET + Integer.BYTES;
    public static final int BYTES_MAX = WHEREABOUTS_OFFSET + Whereabouts.BYTES_MAX;

    /** So that the answer is not longer: padded with zeros to this. */
    public static final int BYTES_MIN = 40;

    private Register() {}

    /** True if a control frame, which was checked, is complete. */
    public static boolean check(MemorySegment segment, long offset) {
        int bytes = ControlFrame.HEADER_BYTES + ControlFrame.bodyLength(segment, offset);
        return bytes >= BYTES_MIN
                && Whereabouts.check(
                        segment, offset + WHEREABOUTS_OFFSET, bytes - WHEREABOUTS_OFFSET);
    }

    /** Comes back in the answer. */
    public static int transaction(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + TRANSACTION_OFFSET);
    }

    /**
     * What the sender can do, as a set of bits: {@link ControlFrame#CAPABILITY_PATHS} and so on.
     */
    public static int capabilities(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + CAPABILITIES_OFFSET);
    }

    /**
     * Writes everything before the lists.
     *
     * @return bytes of the whole frame, whose lists the caller writes
     */
    public static int put(
            MemorySegment segment,
            long offset,
            int transaction,
            int capabilities,
            int addresses,
            int places) {
        int used = WHEREABOUTS_OFFSET + Whereabouts.bytes(addresses, places);
        int bytes = Math.max(used, BYTES_MIN);
        ControlFrame.putHeader(
                segment, offset, ControlFrame.TYPE_REGISTER, bytes - ControlFrame.HEADER_BYTES);
        segment.set(Layouts.BE_INT, offset + TRANSACTION_OFFSET, transaction);
        segment.set(Layouts.BE_INT, offset + CAPABILITIES_OFFSET, capabilities);
        Whereabouts.putCounts(segment, offset + WHEREABOUTS_OFFSET, addresses, places);
        segment.asSlice(offset + used, bytes - used).fill((byte) 0);
        return bytes;
    }
}
