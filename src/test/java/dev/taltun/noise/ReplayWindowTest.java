package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.protocol.Limits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

final class ReplayWindowTest {
    private static final long WINDOW = Limits.REPLAY_WINDOW_COUNTERS;
    private static final long REJECT = Limits.REJECT_AFTER_MESSAGES;

    /** Counters in order, and whether each must be accepted: the cases of WireGuard's self-test. */
    @Test
    void acceptsAndRefusesAsWireGuardDoes() {
        long w = WINDOW;
        Object[][] table = {
            {0L, true},
            {1L, true},
            {1L, false},
            {9L, true},
            {8L, true},
            {7L, true},
            {7L, false},
            {w, true},
            {w - 1, true},
            {w - 1, false},
            {w - 2, true},
            {2L, true},
            {2L, false},
            {w + 16, true},
            {3L, false},
            {w + 16, false},
            {w * 4, true},
            {w * 4 - (w - 1), true},
            {10L, false},
            {w * 4 - w, false},
            {w * 4 - (w + 1), false},
            {w * 4 - (w - 2), true},
            {w * 4 + 1 - w, false},
            {0L, false},
            {REJECT, false},
            {REJECT - 1, true},
            {REJECT, false},
            {REJECT - 1, false},
            {REJECT - 2, true},
            {REJECT + 1, false},
            {REJECT + 2, false},
            {REJECT - 2, false},
            {REJECT - 3, true},
            {0L, false},
            {-1L, false},
        };
        ReplayWindow replay = new ReplayWindow();
        for (int i = 0; i < table.length; i++) {
            assertEquals(table[i][1], replay.accept((long) table[i][0]), "case " + (i + 1));
        }
    }

    @Test
    void acceptsAWholeWindowForwardsAndBackwards() {
        ReplayWindow forwards = new ReplayWindow();
        for (long i = 1; i < WINDOW; i++) {
            assertTrue(forwards.accept(i));
        }
        assertTrue(forwards.accept(0));
        assertFalse(forwards.accept(0));

        ReplayWindow backwards = new ReplayWindow();
        for (long i = WINDOW; i > 0; i--) {
            assertTrue(backwards.accept(i));
        }
        assertFalse(backwards.accept(0));
        assertEquals(WINDOW, backwards.highest());
    }

    @Test
    void aLeapOfManyRingsForgetsNothingAndBlocksNothing() {
        ReplayWindow replay = new ReplayWindow();
        long[] leaps = {0, 16384, 1L << 30, 1L << 45, 3L << 45, 1L << 48, 1L << 60, 1L << 63};
        for (long leap : leaps) {
            // Not a multiple of 2^46 further than the last: there a word cannot tell the laps
            // apart.
            long counter = leap + (leap >>> 20 & -16384) + 77;
            assertTrue(replay.accept(counter), Long.toUnsignedString(counter));
            assertFalse(replay.accept(counter));
            assertTrue(replay.accept(counter - 70));
            assertFalse(replay.accept(counter - 70));
            assertEquals(counter, replay.highest());
        }
    }

    @Test
    void agreesWithASlowModel() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ReplayWindow replay = new ReplayWindow();
        Set<Long> seen = new HashSet<>();
        long highest = 0;
        for (int i = 0; i < 300_000; i++) {
            long counter = Math.max(0, highest + step(random));
            boolean expected = counter + WINDOW > highest && !seen.contains(counter);
            assertEquals(expected, replay.accept(counter), "seed " + seed + ", step " + i);
            if (expected) {
                seen.add(counter);
                highest = Math.max(highest, counter);
            }
        }
    }

    /** Mostly near the highest counter, sometimes around the edges of window and ring. */
    private static long step(Random random) {
        return switch (random.nextInt(20)) {
            case 0 -> random.nextInt(40_000);
            case 1 -> -WINDOW + random.nextInt(-3, 4);
            case 2 -> random.nextInt(-40_000, 0);
            case 3 -> 16384 * random.nextInt(-1, 3);
            default -> random.nextInt(-600, 64);
        };
    }

    @Test
    void eachCounterIsAcceptedOnceByFourThreads() throws InterruptedException {
        int counters = 400_000;
        int threads = 4;
        ReplayWindow replay = new ReplayWindow();
        AtomicIntegerArray accepted = new AtomicIntegerArray(counters);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int seed = t;
            all.add(Thread.ofPlatform().start(() -> offerAll(replay, accepted, start, seed)));
        }
        start.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        int once = 0;
        for (int i = 0; i < counters; i++) {
            assertTrue(accepted.get(i) <= 1, "counter " + i + " was accepted twice");
            once += accepted.get(i);
        }
        // Whoever is first to offer a counter may be descheduled for more than a window.
        assertTrue(once > counters / 2, "only " + once + " accepted");
    }

    /** Every thread offers every counter, each in its own disorder. */
    private static void offerAll(
            ReplayWindow replay, AtomicIntegerArray accepted, CountDownLatch start, int seed) {
        Random random = new Random(seed);
        try {
            start.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        int block = 256;
        for (int base = 0; base < accepted.length(); base += block) {
            int mask = random.nextInt(block);
            int end = Math.min(block, accepted.length() - base);
            for (int i = 0; i < block; i++) {
                int counter = i ^ mask;
                if (counter < end && replay.accept(base + counter)) {
                    accepted.incrementAndGet(base + counter);
                }
            }
        }
    }
}
