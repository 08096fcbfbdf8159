package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.testing.ManualClock;
import org.junit.jupiter.api.Test;

class PathProbeTest {
    private static final long RETRY_NANOS = 300_000_000L;

    private final ManualClock clock = new ManualClock();
    private long told;

    /** Without a session nothing can be sent, as without a free batch. */
    private final PathProbe probe = new PathProbe(TestParts.of(clock, 0, now -> told = now));

    @Test
    void oneThatCannotBeSentIsSentSoonAndNotTakenForUnanswered() {
        long now = clock.nanoTime();
        probe.begin(now);
        assertEquals(now, told, "there is a deadline now");
        for (int i = 0; i < 2 * PathProbe.UNANSWERED_MAX; i++) {
            assertFalse(probe.isWaiting());
            assertEquals(now + RETRY_NANOS, probe.deadline());
            assertTrue(probe.onTimer(now + RETRY_NANOS - 1));
            assertEquals(now + RETRY_NANOS, probe.deadline(), "not before its time");
            now += RETRY_NANOS;
            assertTrue(probe.onTimer(now));
        }
        assertFalse(probe.isInVain());
        probe.stop();
        assertEquals(Long.MAX_VALUE, probe.deadline());
    }
}
