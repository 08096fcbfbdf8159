package dev.taltun.agent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SystemClockTest {
    private static final long NIGHT = TimeUnit.HOURS.toNanos(8);
    private static final long AGES = TimeUnit.MINUTES.toNanos(10);

    private final AtomicLong slept = new AtomicLong();
    private final SystemClock clock = new SystemClock(() -> System.nanoTime() + slept.get());

    @Test
    void whatTheMachineSleptHasPassed() {
        long before = clock.nanoTime();
        slept.set(NIGHT);
        assertTrue(clock.nanoTime() - before < AGES, "not before it was looked at");
        clock.catchUp();
        long once = clock.nanoTime() - before;
        assertTrue(once >= NIGHT && once < NIGHT + AGES, once + " ns");
        clock.catchUp();
        long twice = clock.nanoTime() - before;
        assertTrue(twice >= once && twice < NIGHT + AGES, "counted twice");
    }

    @Test
    void timeNeverGoesBack() {
        long last = clock.nanoTime();
        for (long change :
                new long[] {0, -NIGHT, 1000, NIGHT, 0, TimeUnit.MILLISECONDS.toNanos(5)}) {
            slept.set(change);
            clock.catchUp();
            long now = clock.nanoTime();
            assertTrue(now >= last);
            last = now;
        }
    }
}
