package dev.taltun.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class PoolTest {
    private static final class Item {
        private Consumer<Item> home;

        /** Who has it: 1 the taker, 0 the pool. Plain, as a real object's state is. */
        private int owner;

        private void setHome(Consumer<Item> pool) {
            home = pool;
        }

        private void release() {
            home.accept(this);
        }
    }

    private static Pool<Item> pool(int size) {
        return new Pool<>(size, Item::new, Item::setHome);
    }

    @Test
    void givesEachObjectOnce() {
        Pool<Item> pool = pool(5);
        Set<Item> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 5; i++) {
            assertTrue(taken.add(pool.take()));
        }
        assertNull(pool.take());
        taken.forEach(Item::release);
        for (int i = 0; i < 5; i++) {
            assertTrue(taken.contains(pool.take()));
        }
        assertNull(pool.take());
    }

    @Test
    void theLastOneBackIsTheNextOneOut() {
        Pool<Item> pool = pool(5);
        Item a = pool.take();
        Item b = pool.take();
        pool.putBack(a);
        pool.putBack(b);
        assertSame(b, pool.take());
        assertSame(a, pool.take());
    }

    @Test
    void knowsWhetherOthersHoldAny() {
        Pool<Item> pool = pool(3);
        assertTrue(pool.allButTaken(0));
        Item a = pool.take();
        assertTrue(pool.allButTaken(1));
        assertFalse(pool.allButTaken(0));
        Item b = pool.take();
        assertFalse(pool.allButTaken(1));
        b.release();
        assertTrue(pool.allButTaken(1));
        pool.putBack(a);
        assertTrue(pool.allButTaken(0));
    }

    @Test
    void otherThreadsGiveBack() throws InterruptedException {
        Pool<Item> pool = pool(8);
        BlockingQueue<Item> out = new LinkedBlockingQueue<>();
        int rounds = 60_000;
        Thread[] others = new Thread[2];
        for (int t = 0; t < others.length; t++) {
            others[t] =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            for (int i = 0; i < rounds / 2; i++) {
                                                Item item = out.take();
                                                item.owner--;
                                                item.release();
                                            }
                                        } catch (InterruptedException e) {
                                            Thread.currentThread().interrupt();
                                        }
                                    });
        }
        for (int i = 0; i < rounds; ) {
            Item item = pool.take();
            if (item == null) {
                Thread.yield();
                continue;
            }
            assertEquals(0, item.owner, "taken while somebody had it");
            item.owner++;
            out.add(item);
            i++;
        }
        for (Thread other : others) {
            other.join();
        }
        assertTrue(pool.allButTaken(0));
        for (int i = 0; i < 8; i++) {
            assertNotNull(pool.take());
        }
        assertNull(pool.take());
    }
}
