package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.protocol.Limits;
import java.util.BitSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SessionTest {
    @Test
    void reservesEachCounterOnceFromFourThreads() throws InterruptedException {
        Session session = Fixed.session(true, 0);
        int threads = 4;
        int calls = 400_000;
        // Nothing but the reservation in the loop, or the threads hardly ever meet.
        int[][] firsts = new int[threads][calls];
        Thread[] all = new Thread[threads];
        CountDownLatch start = new CountDownLatch(1);
        for (int t = 0; t < threads; t++) {
            int[] mine = firsts[t];
            Runnable reserve =
                    () -> {
                        await(start);
                        for (int i = 0; i < calls; i++) {
                            mine[i] = (int) session.reserveCounters(batch(i));
                        }
                    };
            all[t] = Thread.ofPlatform().start(reserve);
        }
        start.countDown();
        BitSet given = new BitSet();
        long sum = 0;
        for (int t = 0; t < threads; t++) {
            all[t].join();
            for (int i = 0; i < calls; i++) {
                given.set(firsts[t][i], firsts[t][i] + batch(i));
                sum += batch(i);
            }
        }
        assertEquals(sum, given.cardinality(), "a counter was given twice");
        assertEquals(sum, session.sentMessages());
        assertEquals(sum, given.length(), "a counter was left out");
    }

    /** Sizes of batches, 1 to 4. */
    private static int batch(int call) {
        return 1 + (call & 3);
    }

    @Test
    void neverReachesTheLastCountersAndNeverWraps() {
        Session session = Fixed.session(true, 0);
        session.skipToCounter(Limits.REJECT_AFTER_MESSAGES - 3);
        assertEquals(Session.EXHAUSTED, session.reserveCounters(4));
        assertEquals(Limits.REJECT_AFTER_MESSAGES - 3, session.reserveCounters(2));
        assertEquals(Limits.REJECT_AFTER_MESSAGES - 1, session.reserveCounters(1));
        for (int i = 0; i < 100_000; i++) {
            assertEquals(Session.EXHAUSTED, session.reserveCounters(64));
        }
        assertEquals(Limits.REJECT_AFTER_MESSAGES, session.sentMessages());
    }

    @Test
    void wantsRekeyAfterItsShareOfMessages() {
        Session session = Fixed.session(true, 0);
        session.skipToCounter(Limits.REKEY_AFTER_MESSAGES - 1);
        assertFalse(session.wantsRekeyByCount());
        session.reserveCounters(1);
        assertTrue(session.wantsRekeyByCount());
        session.skipToCounter(Limits.REJECT_AFTER_MESSAGES);
        assertTrue(session.wantsRekeyByCount());
    }

    @Test
    void agesOnTheGivenClockEvenWhereItWraps() {
        long created = Long.MAX_VALUE - 5;
        Session session = Fixed.session(true, created);
        assertFalse(session.isExpired(created + Limits.REJECT_AFTER_TIME_NANOS - 1));
        assertTrue(session.isExpired(created + Limits.REJECT_AFTER_TIME_NANOS));
        assertTrue(session.isOlderThan(10, created + 10));
    }

    @Test
    void isConfirmedOnceByWhoeverIsFirst() throws InterruptedException {
        assertTrue(Fixed.session(true, 0).isConfirmed());
        for (int round = 0; round < 200; round++) {
            Session session = Fixed.session(false, 0);
            assertFalse(session.isConfirmed());
            AtomicInteger first = new AtomicInteger();
            Runnable confirm =
                    () -> {
                        if (session.confirm()) {
                            first.incrementAndGet();
                        }
                    };
            Thread other = Thread.ofPlatform().start(confirm);
            confirm.run();
            other.join();
            assertEquals(1, first.get());
            assertTrue(session.isConfirmed());
        }
    }

    @Test
    void closingWipesBothKeys() {
        Session session = Fixed.session(true, 0);
        session.close();
        assertTrue(((Fixed.Key) session.sendKey()).closed);
        assertTrue(((Fixed.Key) session.receiveKey()).closed);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
