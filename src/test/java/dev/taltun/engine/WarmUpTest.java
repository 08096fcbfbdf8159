package dev.taltun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.agent.SystemClock;
import dev.taltun.crypto.AeadKey;
import dev.taltun.crypto.AeadProviders;
import dev.taltun.crypto.CipherSuite;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the warm-up sends to itself must arrive, or it teaches the compiler the wrong things. */
@Timeout(60)
class WarmUpTest {
    private static final int ROUNDS = 32;
    private static final int MTU = 1420;

    /**
     * Packets of 16 rounds: super-packets of 47, 46 and 48 segments, the small ones beside them,
     * those of two flows at once, many small ones, and by themselves one and a run of four.
     */
    private static final int PACKETS_OF_16 = 10 * 47 + 48 + 46 + 130 + 13 + 3 * 4 + 2 * 9 + 1 + 4;

    private final CountedKeys aead = new CountedKeys();

    @ParameterizedTest
    @CsvSource({"false,true,true", "true,true,true", "false,false,false"})
    void everyPacketArrives(boolean ipv6, boolean gso, boolean gro) throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        WarmUp warmUp = warmUp(ROUNDS, aead::newKey, () -> 0, ipv6, gso, gro, lines);
        warmUp.start();
        String told = lines.poll(30, TimeUnit.SECONDS);
        awaitEnd(warmUp);
        String packets = told.replaceAll(".* (\\d+) packets.*", "$1");
        assertEquals(String.valueOf(ROUNDS / 16 * PACKETS_OF_16), packets, told);
        assertEquals(List.of(), List.copyOf(lines), "problems afterwards");
    }

    /** The engine may be gone by then: what is held up must not touch anything of it. */
    @Test
    void endedInTheMidstItUsesNoKeyAnyMoreAndLeavesNone() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger rounds = new AtomicInteger();
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        WarmUp warmUp =
                warmUp(
                        1_000_000,
                        aead::newKey,
                        () -> {
                            if (rounds.incrementAndGet() == ROUNDS) {
                                running.countDown();
                                awaitUninterruptibly(goOn);
                            }
                            return 0;
                        },
                        false,
                        true,
                        true,
                        lines);
        warmUp.start();
        running.await();
        assertFalse(warmUp.end(), "it is held up, and nobody waits for that");
        assertTrue(aead.open.get() > 0, "its keys are its own until it ends");
        goOn.countDown();
        awaitEnd(warmUp);
        assertEquals(0, aead.open.get(), "keys left open");
        assertEquals(ROUNDS, rounds.get(), "rounds");
        assertTrue(lines.take().contains(" " + ROUNDS + " rounds"), "told");
        assertEquals(List.of(), List.copyOf(lines), "problems afterwards");
    }

    @Test
    void itWaitsWhileThereIsLoadAndThenGoesOn() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger keys = new AtomicInteger();
        AtomicInteger keysAtLoad = new AtomicInteger();
        AtomicInteger keysAfterLoad = new AtomicInteger();
        WarmUp warmUp =
                warmUp(
                        2 * ROUNDS,
                        (suite, key) -> {
                            keys.incrementAndGet();
                            return aead.newKey(suite, key);
                        },
                        () -> {
                            int call = calls.incrementAndGet();
                            if (call == ROUNDS) {
                                keysAtLoad.set(keys.get());
                            } else if (call == ROUNDS + 2) {
                                keysAfterLoad.set(keys.get());
                            }
                            // None, then load for two looks a second apart, then none.
                            return Math.clamp(call - ROUNDS + 1L, 0, 3) * 1000;
                        },
                        false,
                        true,
                        true,
                        lines);
        warmUp.start();
        String told = lines.poll(30, TimeUnit.SECONDS);
        assertTrue(told.contains(" " + 2 * ROUNDS + " rounds"), told);
        assertEquals(keysAtLoad.get(), keysAfterLoad.get(), "no round amid the load");
        awaitEnd(warmUp);
        assertEquals(0, aead.open.get(), "keys left open");
    }

    @Test
    void itDoesNotWaitWhenTheEngineEnds() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        AtomicInteger calls = new AtomicInteger();
        WarmUp warmUp =
                warmUp(
                        ROUNDS,
                        aead::newKey,
                        () -> calls.incrementAndGet() * 1000L,
                        false,
                        true,
                        true,
                        lines);
        warmUp.start();
        while (calls.get() == 0) {
            Thread.onSpinWait();
        }
        awaitEnd(warmUp);
        assertTrue(lines.take().contains(" 0 rounds"), "load from the start");
        assertEquals(0, aead.open.get(), "keys left open");
    }

    private static void awaitEnd(WarmUp warmUp) throws InterruptedException {
        while (!warmUp.end()) {
            continue;
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static WarmUp warmUp(
            int rounds,
            BiFunction<CipherSuite, byte[], AeadKey> keys,
            LongSupplier load,
            boolean ipv6,
            boolean gso,
            boolean gro,
            BlockingQueue<String> lines) {
        return new WarmUp(
                new WarmUp.Parts(
                        new SystemClock(),
                        rounds,
                        0,
                        MTU,
                        List.of(CipherSuite.CHACHA20_POLY1305, CipherSuite.AES_256_GCM),
                        keys,
                        load,
                        ipv6,
                        gso,
                        gro),
                logTo(lines));
    }

    /** Makes keys, and counts those that are not closed. */
    private static final class CountedKeys {
        final AtomicInteger open = new AtomicInteger();
        private final AeadProviders providers = AeadProviders.discover(null, System::nanoTime);

        AeadKey newKey(CipherSuite suite, byte[] bytes) {
            AeadKey key = providers.choose(suite).newKey(suite, bytes, 1);
            open.incrementAndGet();
            return new AeadKey() {
                @Override
                public void seal(
                        int lane,
                        long counter,
                        MemorySegment src,
                        long srcOff,
                        MemorySegment dst,
                        long dstOff,
                        int len) {
                    key.seal(lane, counter, src, srcOff, dst, dstOff, len);
                }

                @Override
                public boolean open(
                        int lane,
                        long counter,
                        MemorySegment src,
                        long srcOff,
                        MemorySegment dst,
                        long dstOff,
                        int len) {
                    return key.open(lane, counter, src, srcOff, dst, dstOff, len);
                }

                @Override
                public void close() {
                    open.decrementAndGet();
                    key.close();
                }
            };
        }
    }

    private static EngineLog logTo(BlockingQueue<String> lines) {
        return new EngineLog() {
            @Override
            public void info(String line) {
                lines.add(line);
            }

            @Override
            public void warn(String line) {
                lines.add(line);
            }

            @Override
            public void debug(String line) {
                lines.add(line);
            }
        };
    }
}
