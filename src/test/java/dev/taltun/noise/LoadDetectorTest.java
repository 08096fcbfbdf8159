package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class LoadDetectorTest {
    private static final long SECOND = 1_000_000_000L;

    /** Time, messages queued of 1024, and the answer. */
    @Test
    void lastsASecondBeyondTheQueue() {
        long start = Long.MAX_VALUE - SECOND / 2;
        Object[][] table = {
            {0L, 0, false},
            {1L, 127, false},
            {2L, 128, true},
            {3L, 0, true},
            {2 + SECOND - 1, 0, true},
            {2 + SECOND, 0, false},
            {2 + SECOND + 1, 0, false},
            {3 * SECOND, 1024, true},
            {3 * SECOND + SECOND / 2, 200, true},
            {4 * SECOND, 1, true},
            {5 * SECOND, 1, false},
        };
        LoadDetector detector = new LoadDetector();
        for (Object[] row : table) {
            boolean loaded = detector.isUnderLoad((int) row[1], 1024, start + (long) row[0]);
            assertEquals(row[2], loaded, "at " + row[0]);
        }
    }

    @Test
    void anEmptyTinyQueueIsNoLoad() {
        LoadDetector detector = new LoadDetector();
        assertEquals(false, detector.isUnderLoad(0, 4, 0));
        assertEquals(true, detector.isUnderLoad(1, 4, 0));
    }
}
