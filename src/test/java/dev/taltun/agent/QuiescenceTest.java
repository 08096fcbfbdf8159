package dev.taltun.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class QuiescenceTest {
    private static final VarHandle ITEM = MethodHandles.arrayElementVarHandle(int[].class);

    @Test
    void anAgentOutsideHoldsNothingUp() {
        Quiescence quiescence = new Quiescence(2);
        Quiescence.Slot a = quiescence.newSlot();
        Quiescence.Slot b = quiescence.newSlot();
        assertTrue(quiescence.passedSince(quiescence.snapshot()));
        a.enter();
        long[] inside = quiescence.snapshot();
        assertFalse(quiescence.passedSince(inside));
        b.enter();
        assertFalse(quiescence.passedSince(inside));
        a.exit();
        assertTrue(quiescence.passedSince(inside), "b entered later");
        a.enter();
        assertTrue(quiescence.passedSince(inside), "a was outside meanwhile");
        long[] both = quiescence.snapshot();
        a.exit();
        assertFalse(quiescence.passedSince(both));
        b.exit();
        assertTrue(quiescence.passedSince(both));
    }

    @Test
    void moreAgentsThanPlannedAreABug() {
        Quiescence quiescence = new Quiescence(1);
        quiescence.newSlot();
        assertThrows(IllegalStateException.class, quiescence::newSlot);
    }

    /** Either the agent finds nothing any more, or the snapshot shows that it is inside. */
    @Test
    void enteringAndUnpublishingNeverMissEachOther() throws InterruptedException {
        int n = 10_000;
        long end = System.nanoTime() + 700_000_000L;
        do {
            Quiescence[] all = new Quiescence[n];
            Quiescence.Slot[] slots = new Quiescence.Slot[n];
            Arrays.setAll(all, i -> new Quiescence(1));
            Arrays.setAll(slots, i -> all[i].newSlot());
            int[] unpublished = new int[n];
            boolean[] found = new boolean[n];
            boolean[] free = new boolean[n];
            Race.run(
                    n,
                    i -> {
                        slots[i].enter();
                        found[i] = (int) ITEM.getOpaque(unpublished, i) == 0;
                    },
                    i -> {
                        ITEM.setOpaque(unpublished, i, 1);
                        free[i] = all[i].passedSince(all[i].snapshot());
                    });
            for (int i = 0; i < n; i++) {
                assertFalse(found[i] && free[i], "freed while in use");
            }
        } while (System.nanoTime() < end);
    }

    /** What the memory of a session key is to the engine. */
    private static final class Thing {
        private volatile boolean freed;
    }

    @Test
    void nothingIsFreedWhileAnyoneMayUseIt() throws InterruptedException {
        int readers = 3;
        Quiescence quiescence = new Quiescence(readers);
        AtomicReference<Thing> published = new AtomicReference<>(new Thing());
        AtomicInteger usedAfterFree = new AtomicInteger();
        boolean[] stop = new boolean[1];
        Thread[] threads = new Thread[readers];
        for (int i = 0; i < readers; i++) {
            Quiescence.Slot slot = quiescence.newSlot();
            threads[i] =
                    Thread.ofPlatform().start(() -> read(slot, published, usedAfterFree, stop));
        }
        Deque<Thing> things = new ArrayDeque<>();
        Deque<long[]> snapshots = new ArrayDeque<>();
        int freed = 0;
        long end = System.nanoTime() + 700_000_000L;
        while (System.nanoTime() < end) {
            things.add(published.getAndSet(new Thing()));
            snapshots.add(quiescence.snapshot());
            while (!snapshots.isEmpty() && quiescence.passedSince(snapshots.peek())) {
                snapshots.remove();
                things.remove().freed = true;
                freed++;
            }
            Thread.onSpinWait();
        }
        synchronized (stop) {
            stop[0] = true;
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, usedAfterFree.get());
        assertTrue(freed > 100, "freed " + freed);
        for (long[] snapshot : snapshots) {
            assertTrue(quiescence.passedSince(snapshot));
        }
    }

    private static void read(
            Quiescence.Slot slot,
            AtomicReference<Thing> published,
            AtomicInteger usedAfterFree,
            boolean[] stop) {
        while (true) {
            for (int i = 0; i < 1000; i++) {
                slot.enter();
                Thing thing = published.getAcquire();
                for (int spin = 0; spin < 20; spin++) {
                    if (thing.freed) {
                        usedAfterFree.incrementAndGet();
                    }
                }
                slot.exit();
            }
            synchronized (stop) {
                if (stop[0]) {
                    return;
                }
            }
        }
    }
}
