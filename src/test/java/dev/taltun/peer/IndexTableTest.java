package dev.taltun.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.noise.Session;
import dev.taltun.testing.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IndexTableTest {
    private static Peer peer(int number) {
        byte[] key = new byte[PublicKey.BYTES];
        key[0] = (byte) number;
        return new Peer(PublicKey.copyOf(key), "peer" + number);
    }

    private static Session session(int index) {
        return new Session(CipherSuite.CHACHA20_POLY1305, index, 1, true, 0, null, null);
    }

    @Test
    void agreesWithAMapWhateverHappens() {
        Random random = Seed.random("IndexTableTest");
        IndexTable table = new IndexTable(random::nextInt);
        Map<Integer, IndexTable.Entry> model = new HashMap<>();
        List<Integer> live = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            // First it grows to thousands, then it shrinks.
            if (live.isEmpty() || random.nextInt(10) < (i < 15_000 ? 6 : 3)) {
                Peer peer = peer(random.nextInt());
                int index = table.allocate(peer);
                assertNotEquals(0, index);
                assertNull(model.get(index), "given twice");
                IndexTable.Entry entry = table.lookup(index);
                assertSame(peer, entry.peer());
                assertNull(entry.session());
                if (random.nextBoolean()) {
                    table.publish(peer, session(index));
                    entry = table.lookup(index);
                    assertEquals(index, entry.session().localIndex());
                }
                model.put(index, entry);
                live.add(index);
            } else {
                int at = random.nextInt(live.size());
                int index = live.set(at, live.getLast());
                live.removeLast();
                model.remove(index);
                table.remove(index);
                table.remove(index);
                assertNull(table.lookup(index));
            }
            int probe = random.nextBoolean() ? random.nextInt() : someOf(live, random);
            assertSame(model.get(probe), table.lookup(probe));
            assertEquals(model.size(), table.size());
        }
        model.forEach((index, entry) -> assertSame(entry, table.lookup(index)));
    }

    private static int someOf(List<Integer> live, Random random) {
        return live.isEmpty() ? 0 : live.get(random.nextInt(live.size()));
    }

    /** Zero marks nothing, and a number in use is not given again. */
    @Test
    void skipsZeroAndTakenSlots() {
        int[] numbers = {0, 256, 7, 7, 7 + 256, 7 + 512, 8};
        AtomicInteger next = new AtomicInteger();
        IndexTable table = new IndexTable(() -> numbers[next.getAndIncrement()]);
        assertEquals(256, table.allocate(peer(1)));
        assertEquals(7, table.allocate(peer(1)));
        assertEquals(8, table.allocate(peer(1)), "all others fall into the slot of 7");
        assertNull(table.lookup(0));
        assertNull(table.lookup(7 + 256));
    }

    @Test
    void readersFindLiveEntriesWhileTheTableGrows() throws InterruptedException {
        Random random = new Random(1);
        IndexTable table = new IndexTable(random::nextInt);
        Peer peer = peer(1);
        int steady = table.allocate(peer);
        AtomicInteger missed = new AtomicInteger();
        Thread reader =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!Thread.currentThread().isInterrupted()) {
                                        IndexTable.Entry entry = table.lookup(steady);
                                        if (entry == null || entry.peer() != peer) {
                                            missed.incrementAndGet();
                                        }
                                    }
                                });
        for (int i = 0; i < 20_000; i++) {
            table.allocate(peer);
        }
        reader.interrupt();
        reader.join();
        assertEquals(0, missed.get());
        assertTrue(table.size() > 20_000);
    }
}
