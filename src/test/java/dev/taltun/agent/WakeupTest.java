package dev.taltun.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WakeupTest {
    private static final VarHandle ITEM = MethodHandles.arrayElementVarHandle(int[].class);

    @Test
    void onlyASleeperIsWokenAndOnlyOnce() {
        Wakeup wakeup = new Wakeup();
        assertFalse(wakeup.claim());
        wakeup.announceSleep();
        assertTrue(wakeup.claim());
        assertFalse(wakeup.claim());
        wakeup.announceSleep();
        wakeup.awake();
        assertFalse(wakeup.claim());
    }

    /** Either the consumer sees the item, or the producer sees that it has to wake it. */
    @Test
    void sleeperAndProducerNeverMissEachOther() throws InterruptedException {
        int n = 20_000;
        long end = System.nanoTime() + 700_000_000L;
        do {
            Wakeup[] wakeups = new Wakeup[n];
            Arrays.setAll(wakeups, i -> new Wakeup());
            int[] items = new int[n];
            boolean[] seen = new boolean[n];
            boolean[] claimed = new boolean[n];
            Race.run(
                    n,
                    i -> {
                        wakeups[i].announceSleep();
                        seen[i] = (int) ITEM.getOpaque(items, i) != 0;
                    },
                    i -> {
                        ITEM.setOpaque(items, i, 1);
                        claimed[i] = wakeups[i].claim();
                    });
            for (int i = 0; i < n; i++) {
                assertTrue(seen[i] || claimed[i], "slept over an item");
            }
        } while (System.nanoTime() < end);
    }

    /**
     * Producers and a consumer as the engine has them. A lost wake-up shows as a sleep that only
     * its time limit ends.
     */
    @Test
    void noWakeUpIsLost() throws InterruptedException {
        int producers = 2;
        int items = 60_000;
        Wakeup wakeup = new Wakeup();
        Mailbox<Integer> mailbox = new Mailbox<>(16);
        Semaphore signal = new Semaphore(0);
        AtomicInteger signals = new AtomicInteger();
        Thread[] threads = new Thread[producers];
        for (int p = 0; p < producers; p++) {
            int pause = p;
            threads[p] =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = 0; i < items; i++) {
                                            while (!mailbox.offer(i)) {
                                                Thread.yield();
                                            }
                                            if (wakeup.claim()) {
                                                signals.incrementAndGet();
                                                signal.release();
                                            }
                                            for (int s = 0; s < (i + pause) % 97; s++) {
                                                Thread.onSpinWait();
                                            }
                                        }
                                    });
        }
        int received = 0;
        int sleeps = 0;
        while (received < producers * items) {
            if (mailbox.poll() != null) {
                received++;
                continue;
            }
            wakeup.announceSleep();
            if (mailbox.isEmpty()) {
                sleeps++;
                assertTrue(signal.tryAcquire(10, TimeUnit.SECONDS), "overslept");
            }
            wakeup.awake();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(producers * items, received);
        assertTrue(sleeps > 0, "the consumer never slept: nothing was tested");
        assertTrue(signals.get() >= sleeps);
    }
}
