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

    private static final long MESSAGE = 100_000;

    /** Wasted messages a second, for two seconds, and whether that is a load. */
    @Test
    void wastedWorkIsALoadFromAQuarterOfACoreOn() {
        for (int perSecond : new int[] {100, 1000, 2000, 2400, 3000, 5000, 20_000, 100_000}) {
            LoadDetector detector = new LoadDetector();
            long now = Long.MAX_VALUE - SECOND;
            boolean loaded = false;
            for (int i = 0; i < 2 * perSecond; i++) {
                loaded |= detector.isUnderLoad(0, 1024, now);
                detector.wasted(MESSAGE, now);
                now += SECOND / perSecond;
            }
            assertEquals(perSecond > 2500, loaded, perSecond + " a second");
        }
    }

    @Test
    void aBurstIsNoLoad() {
        LoadDetector detector = new LoadDetector();
        for (int i = 0; i < 200; i++) {
            detector.wasted(MESSAGE, 5);
        }
        assertEquals(false, detector.isUnderLoad(0, 1024, 5));
        for (int i = 0; i < 100; i++) {
            detector.wasted(MESSAGE, 5);
        }
        assertEquals(true, detector.isUnderLoad(0, 1024, 5));
    }

    /** Cookies save the work, and the flood goes on: as long as it does, they are asked for. */
    @Test
    void workThatCookiesSaveIsALoadToo() {
        LoadDetector detector = new LoadDetector();
        long now = 0;
        int looked = 0;
        for (int i = 0; i < 60_000; i++) {
            now += SECOND / 10_000;
            if (detector.isUnderLoad(0, 1024, now)) {
                detector.spared(now);
            } else {
                detector.wasted(MESSAGE, now);
                looked++;
            }
        }
        assertEquals(true, looked < 400, looked + " were looked at");
        assertEquals(true, detector.isUnderLoad(0, 1024, now + SECOND - 1));
        assertEquals(false, detector.isUnderLoad(0, 1024, now + SECOND + SECOND / 5));
    }

    @Test
    void anEmptyTinyQueueIsNoLoad() {
        LoadDetector detector = new LoadDetector();
        assertEquals(false, detector.isUnderLoad(0, 4, 0));
        assertEquals(true, detector.isUnderLoad(1, 4, 0));
    }
}
