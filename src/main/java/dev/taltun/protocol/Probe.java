package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A {@link ControlFrame#TYPE_PROBE}, and its answer, a {@link ControlFrame#TYPE_PROBE_ANSWER}: does
 * this path carry packets both ways? The answer goes back where the probe came from.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |       0       |     type      |   length of the body (BE)     |
 *    +---------------+---------------+-------------------------------+
 *  4 |                    transaction (8 bytes, BE)                  |
 *    +---------------------------------------------------------------+
 * 12 |   answer: the {@link Place} that the probe came from; probe: zeros    |
 *    +---------------------------------------------------------------+
 * 30
 * </pre>
 */
public final class Probe {
    public static final int TRANSACTION_OFFSET = ControlFrame.BODY_OFFSET;
    public static final int PLACE_OFFSET = TRANSACTION_OFFSET + Long.BYTES;
    public static final int BYTES = PLACE_OFFSET + Place.BYTES;

    private Probe() {}

    /** True if a control frame of either type, which was checked, is complete. */
    public static boolean check(MemorySegment segment, long offset) {
        return ControlFrame.HEADER_BYTES + ControlFrame.bodyLength(segment, offset) >= BYTES;
    }

    /** Comes back in the answer; unpredictable. */
    public static long transaction(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_LONG, offset + TRANSACTION_OFFSET);
    }

    /** Writes a probe. */
    public static void put(MemorySegment segment, long offset, long transaction) {
        put(segment, offset, ControlFrame.TYPE_PROBE, transaction);
        segment.asSlice(offset + PLACE_OFFSET, Place.BYTES).fill((byte) 0);
    }

    /** Writes an answer but for its place. */
    public static void putAnswer(MemorySegment segment, long offset, long transaction) {
        put(segment, offset, ControlFrame.TYPE_PROBE_ANSWER, transaction);
    }

    private static void put(MemorySegment segment, long offset, int type, long transaction) {
        ControlFrame.putHeader(segment, offset, type, BYTES - ControlFrame.HEADER_BYTES);
        segment.set(Layouts.BE_LONG, offset + TRANSACTION_OFFSET, transaction);
    }
}
