package dev.taltun.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WakeupTest {
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
