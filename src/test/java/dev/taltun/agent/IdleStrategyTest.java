package dev.taltun.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.testing.ManualClock;
import org.junit.jupiter.api.Test;

class IdleStrategyTest {
    private static final long MICRO = 1_000;
    private static final long STEP = 2 * MICRO;

    private final ManualClock clock = new ManualClock();
    private int sleeps;
    private long sleepNanos;

    private final Agent agent =
            new Agent() {
                @Override
                public String roleName() {
                    return "idler";
                }

                @Override
                public int doWork() {
                    return 0;
                }

                @Override
                public void awaitWork(long maxNanos) {
                    sleeps++;
                    clock.advanceNanos(sleepNanos);
                }

                @Override
                public void wakeUp() {}
            };

    /** Finds no work until the agent sleeps; returns how long that took. */
    private long nanosUntilSleep(IdleStrategy strategy, long thenSleeps) {
        sleepNanos = thenSleeps;
        int before = sleeps;
        long start = clock.nanoTime();
        while (sleeps == before) {
            clock.advanceNanos(STEP);
            strategy.idle(agent, 1_000_000_000);
        }
        return clock.nanoTime() - start - thenSleeps;
    }

    @Test
    void anAgentOfEventsSleepsAtOnce() {
        IdleStrategy strategy = IdleStrategy.sleeping();
        for (int i = 0; i < 5; i++) {
            assertEquals(STEP, nanosUntilSleep(strategy, 5 * MICRO));
        }
    }

    @Test
    void aPacketThreadLooksLongerAfterEachShortSleep() {
        IdleStrategy strategy = IdleStrategy.polling(clock);
        long[] expected = {STEP, 12 * MICRO, 22 * MICRO, 42 * MICRO, 82 * MICRO, 102 * MICRO};
        for (long nanos : expected) {
            assertEquals(nanos, nanosUntilSleep(strategy, 5 * MICRO));
            strategy.worked();
        }
        assertEquals(102 * MICRO, nanosUntilSleep(strategy, 5 * MICRO), "never longer");
    }

    @Test
    void oneLongSleepAndItSleepsAtOnceAgain() {
        IdleStrategy strategy = IdleStrategy.polling(clock);
        for (int i = 0; i < 5; i++) {
            nanosUntilSleep(strategy, 5 * MICRO);
        }
        nanosUntilSleep(strategy, 1000 * MICRO);
        int before = sleeps;
        for (int i = 1; i <= 10; i++) {
            assertEquals(STEP, nanosUntilSleep(strategy, 1000 * MICRO));
            assertEquals(before + i, sleeps);
        }
    }

    @Test
    void workInBetweenStartsThePatienceAnew() {
        IdleStrategy strategy = IdleStrategy.polling(clock);
        nanosUntilSleep(strategy, 5 * MICRO);
        int before = sleeps;
        for (int i = 0; i < 100; i++) {
            clock.advanceNanos(6 * MICRO);
            strategy.idle(agent, 1_000_000_000);
            strategy.worked();
        }
        assertEquals(before, sleeps);
    }
}
