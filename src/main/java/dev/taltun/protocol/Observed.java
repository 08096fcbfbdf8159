package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A {@link ControlFrame#TYPE_OBSERVED}: a lighthouse answers {@link Register} with the place that
 * it came from, as the lighthouse sees it.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |       0       |     type      |   length of the body (BE)     |
 *    +---------------+---------------+-------------------------------+
 *  4 |              transaction of the registration (BE)             |
 *    +---------------------------------------------------------------+
 *  8 |             place (18 bytes), as Place has it                 |
 *    +---------------------------------------------------------------+
 * 26
 * </pre>
 */
public final class Observed {
    public static final int TRANSACTION_OFFSET = ControlFrame.BODY_OFFSET;
    public static final int PLACE_OFFSET = TRANSACTION_OFFSET + Integer.BYTES;
    public static final int BYTES = PLACE_OFFSET + Place.BYTES;

    private Observed() {}

    /** True if a control frame, which was checked, is complete. */
    public static boolean check(MemorySegment segment, long offset) {
        return ControlFrame.HEADER_BYTES + ControlFrame.bodyLength(segment, offset) >= BYTES;
    }

    public static int transaction(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + TRANSACTION_OFFSET);
    }

    /** Writes everything before the place. */
    public static void put(MemorySegment segment, long offset, int transaction) {
        ControlFrame.putHeader(
                segment, offset, ControlFrame.TYPE_OBSERVED, BYTES - ControlFrame.HEADER_BYTES);
        segment.set(Layouts.BE_INT, offset + TRANSACTION_OFFSET, transaction);
    }
}
