package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A {@link ControlFrame#TYPE_RELAY_PROBE}, and its answer, a {@link
 * ControlFrame#TYPE_RELAY_PROBE_ANSWER}: how long does a packet take through this lighthouse to a
 * peer and back? The lighthouse passes on both, if it would pass on packets. A {@link
 * ControlFrame#TYPE_OPENED} and a {@link ControlFrame#TYPE_RELAY_ONLY} look the same, go the same
 * way, and are not answered.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |       0       |     type      |   length of the body (BE)     |
 *    +---------------+---------------+-------------------------------+
 *  4 |                    transaction (8 bytes, BE)                  |
 *    +---------------------------------------------------------------+
 * 12 |   public key (32 bytes): to the lighthouse, whom it is for;   |
 *    |   from the lighthouse, whom it is from                        |
 *    +---------------------------------------------------------------+
 * 44
 * </pre>
 */
public final class RelayProbe {
    public static final int TRANSACTION_OFFSET = ControlFrame.BODY_OFFSET;
    public static final int KEY_OFFSET = TRANSACTION_OFFSET + Long.BYTES;
    public static final int BYTES = KEY_OFFSET + Limits.PUBLIC_KEY_BYTES;

    private RelayProbe() {}

    /** Whether a control frame is of one of these types. */
    public static boolean isOne(int type) {
        return type == ControlFrame.TYPE_RELAY_PROBE
                || type == ControlFrame.TYPE_RELAY_PROBE_ANSWER
                || type == ControlFrame.TYPE_OPENED
                || type == ControlFrame.TYPE_RELAY_ONLY;
    }

    /** True if a control frame of either type, which was checked, is complete. */
    public static boolean check(MemorySegment segment, long offset) {
        return ControlFrame.HEADER_BYTES + ControlFrame.bodyLength(segment, offset) >= BYTES;
    }

    /** Comes back in the answer; unpredictable. */
    public static long transaction(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + TRANSACTION_OFFSET);
    }

    /** Writes everything but the key. */
    public static void put(MemorySegment segment, long offset, int type, long transaction) {
        ControlFrame.putHeader(segment, offset, type, BYTES - ControlFrame.HEADER_BYTES);
        segment.set(Layouts.BE_LONG, offset + TRANSACTION_OFFSET, transaction);
    }
}
