package dev.taltun.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MailboxTest {
    private static final int PRODUCERS = 3;
    private static final int ITEMS = 50_000;

    @Test
    void refusesWhenFullAndKeepsOrder() {
        Mailbox<String> mailbox = new Mailbox<>(3);
        assertEquals(4, mailbox.capacity());
        assertTrue(mailbox.isEmpty());
        assertNull(mailbox.poll());
        String[] items = {"a", "b", "c", "d"};
        for (String item : items) {
            assertTrue(mailbox.offer(item));
        }
        assertFalse(mailbox.offer("e"));
        assertEquals(4, mailbox.size());
        for (String item : items) {
            assertSame(item, mailbox.poll());
        }
        assertNull(mailbox.poll());
        assertTrue(mailbox.isEmpty());
    }

    /** Each producer's items arrive all, once, in order, whole. */
    @Test
    void manyProducersOneConsumer() throws InterruptedException {
        Mailbox<long[]> mailbox = new Mailbox<>(64);
        Thread[] producers = new Thread[PRODUCERS];
        for (int p = 0; p < PRODUCERS; p++) {
            int producer = p;
            producers[p] =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = 0; i < ITEMS; i++) {
                                            long[] item = {producer, i};
                                            while (!mailbox.offer(item)) {
                                                Thread.yield();
                                            }
                                        }
                                    });
        }
        long[] next = new long[PRODUCERS];
        for (int left = PRODUCERS * ITEMS; left > 0; ) {
            long[] item = mailbox.poll();
            if (item == null) {
                Thread.yield();
                continue;
            }
            assertEquals(next[(int) item[0]]++, item[1]);
            left--;
        }
        for (Thread producer : producers) {
            producer.join();
        }
        assertTrue(mailbox.isEmpty());
    }
}
