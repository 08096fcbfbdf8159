package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.testing.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final long TICK = TimerWheel.TICK_NANOS;
    private static final int ALL = Integer.MAX_VALUE;

    private final TimerWheel wheel = new TimerWheel(0);
    private final List<Long> woken = new ArrayList<>();

    private TimerWheel.Timer timer() {
        return new TimerWheel.Timer(woken::add);
    }

    @Test
    void expiresOnceAndNeverEarly() {
        TimerWheel.Timer timer = timer();
        wheel.start(timer, 10 * TICK + 1);
        assertEquals(0, wheel.advance(10 * TICK, ALL));
        assertEquals(1, wheel.advance(11 * TICK, ALL));
        assertFalse(timer.isRunning());
        assertEquals(0, wheel.advance(5000 * TICK, ALL));
        assertEquals(List.of(11 * TICK), woken);
    }

    @Test
    void movesAndStops() {
        TimerWheel.Timer moved = timer();
        TimerWheel.Timer stopped = timer();
        wheel.start(moved, 5 * TICK);
        wheel.start(stopped, 5 * TICK);
        wheel.start(moved, 20 * TICK);
        wheel.stop(stopped);
        wheel.stop(stopped);
        assertEquals(1, wheel.size());
        assertEquals(0, wheel.advance(15 * TICK, ALL));
        assertEquals(1, wheel.advance(21 * TICK, ALL));
        assertEquals(0, wheel.size());
    }

    @Test
    void aDeadlineBeyondTheSpanExpiresAtItsEnd() {
        wheel.start(timer(), Long.MAX_VALUE);
        assertEquals(1023 * TICK, wheel.nextDeadline());
        assertEquals(1, wheel.advance(1023 * TICK, ALL));
    }

    @Test
    void aDeadlineInThePastExpiresAtTheNextTick() {
        wheel.advance(100 * TICK, ALL);
        wheel.start(timer(), 3 * TICK);
        assertEquals(0, wheel.advance(100 * TICK, ALL));
        assertEquals(1, wheel.advance(101 * TICK, ALL));
    }

    @Test
    void whatIsOverTheBudgetComesNext() {
        for (int i = 0; i < 10; i++) {
            wheel.start(timer(), 3 * TICK);
        }
        assertEquals(4, wheel.advance(9 * TICK, 4));
        assertTrue(wheel.nextDeadline() <= 9 * TICK, "nobody may sleep now");
        assertEquals(4, wheel.advance(9 * TICK, 4));
        assertEquals(2, wheel.advance(9 * TICK, 4));
        assertEquals(Long.MAX_VALUE, wheel.nextDeadline());
    }

    @Test
    void anOwnerMayStartItsTimerAndStopOthersWhileWoken() {
        TimerWheel.Timer[] timers = new TimerWheel.Timer[2];
        timers[0] =
                new TimerWheel.Timer(
                        now -> {
                            woken.add(now);
                            wheel.stop(timers[1]);
                            wheel.start(timers[0], now);
                        });
        timers[1] = new TimerWheel.Timer(now -> wheel.stop(timers[0]));
        wheel.start(timers[1], 2 * TICK);
        wheel.start(timers[0], 2 * TICK);
        assertEquals(1, wheel.advance(3 * TICK, ALL), "and the same tick does not come again");
        assertTrue(timers[0].isRunning());
        assertFalse(timers[1].isRunning());
    }

    @Test
    void agreesWithASlowModel() {
        Random random = Seed.random("wheel");
        int count = 300;
        long[] deadlines = new long[count];
        Arrays.fill(deadlines, -1);
        TimerWheel.Timer[] timers = new TimerWheel.Timer[count];
        long[] clock = {0};
        for (int i = 0; i < count; i++) {
            int n = i;
            timers[n] =
                    new TimerWheel.Timer(
                            now -> {
                                assertTrue(now >= deadlines[n]);
                                assertTrue(now - deadlines[n] < 3 * TICK);
                                deadlines[n] = -1;
                            });
        }
        for (int step = 0; step < 50_000; step++) {
            int n = random.nextInt(count);
            if (random.nextInt(4) == 0) {
                wheel.stop(timers[n]);
                deadlines[n] = -1;
            } else {
                deadlines[n] = clock[0] + random.nextLong(900 * TICK);
                wheel.start(timers[n], deadlines[n]);
            }
            clock[0] += random.nextLong(2 * TICK);
            wheel.advance(clock[0], ALL);
            long first = Arrays.stream(deadlines).filter(d -> d >= 0).min().orElse(Long.MAX_VALUE);
            long next = wheel.nextDeadline();
            assertEquals(first == Long.MAX_VALUE, next == Long.MAX_VALUE);
            assertTrue(first == next || (next > first && next - first <= TICK));
        }
    }
}
