package dev.taltun.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.agent.Mailbox;
import dev.taltun.agent.Wakeup;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PollerTest {
    private static final long LONG = 20_000_000_000L;

    private final Arena arena = Arena.ofShared();
    private final Libc libc = Libc.open();
    private Fd fd;
    private Poller poller;

    @BeforeEach
    void open() throws IOException {
        fd = new Fd(libc.eventfd(0, Linux.EFD_NONBLOCK()));
        poller = new Poller(arena, fd.number());
    }

    @AfterEach
    void close() {
        poller.close();
        fd.close();
        arena.close();
    }

    private static long millis(Runnable sleep) {
        long before = System.nanoTime();
        sleep.run();
        return (System.nanoTime() - before) / 1_000_000;
    }

    private void makeReadable() {
        MemorySegment one = arena.allocate(8, 8);
        one.set(java.lang.foreign.ValueLayout.JAVA_LONG, 0, 1);
        libc.write(fd.number(), one.address(), 8);
    }

    @Test
    void sleepsItsTime() {
        assertTrue(millis(() -> poller.awaitReadable(30_000_000)) >= 29);
        assertTrue(millis(() -> poller.awaitWakeUp(30_000_000)) >= 29);
        assertTrue(millis(() -> poller.awaitWakeUp(1)) < 1000, "short sleeps are short");
    }

    @Test
    void aReadyDescriptorEndsTheSleep() {
        makeReadable();
        assertTrue(millis(() -> poller.awaitReadable(LONG)) < 1000);
        assertTrue(millis(() -> poller.awaitWritable(LONG)) < 1000);
        assertFalse(poller.descriptorFailed());
        assertTrue(millis(() -> poller.awaitWakeUp(30_000_000)) >= 29, "not what it waits for");
    }

    @Test
    void aWakeUpBeforeTheSleepEndsItAndIsUsedUp() {
        poller.wakeUp();
        poller.wakeUp();
        assertTrue(millis(() -> poller.awaitReadable(LONG)) < 1000);
        assertTrue(millis(() -> poller.awaitReadable(30_000_000)) >= 29);
        poller.wakeUp();
        assertTrue(millis(() -> poller.awaitWakeUp(LONG)) < 1000);
    }

    @Test
    void aWakeUpFromAnotherThreadEndsTheSleep() throws InterruptedException {
        Thread other =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        Thread.sleep(50);
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                    poller.wakeUp();
                                });
        assertTrue(millis(() -> poller.awaitReadable(LONG)) < 5000);
        other.join();
    }

    @Test
    void aFailedDescriptorIsTold() throws IOException {
        Poller broken = new Poller(arena, 9999);
        assertTrue(millis(() -> broken.awaitReadable(LONG)) < 1000);
        assertTrue(broken.descriptorFailed());
        broken.close();
        broken.wakeUp();
    }

    /** Mailbox, wake-up and poller together, as every agent has them. */
    @Test
    void noItemIsSleptOver() throws InterruptedException {
        Mailbox<Integer> mailbox = new Mailbox<>(8);
        Wakeup wakeup = new Wakeup();
        int items = 20_000;
        Thread producer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int i = 0; i < items; i++) {
                                        while (!mailbox.offer(i)) {
                                            Thread.yield();
                                        }
                                        if (wakeup.claim()) {
                                            poller.wakeUp();
                                        }
                                        for (int s = 0; s < i % 61; s++) {
                                            Thread.onSpinWait();
                                        }
                                    }
                                });
        for (int received = 0; received < items; ) {
            if (mailbox.poll() != null) {
                received++;
                continue;
            }
            wakeup.announceSleep();
            if (mailbox.isEmpty()) {
                assertTrue(millis(() -> poller.awaitWakeUp(LONG)) < 15_000, "overslept");
            }
            wakeup.awake();
        }
        producer.join();
    }

    /** Sleeps in a read of the descriptor until there is something, or it is woken; its result. */
    private long sleepInRead(MemorySegment buffer) {
        try {
            return poller.enterCall() ? Libc.open().read(fd.number(), buffer) : 0;
        } finally {
            poller.leaveCall();
        }
    }

    @Test
    void aWakeUpEndsASystemCallHoweverTheyMeet() throws InterruptedException {
        libc.fcntl(fd.number(), Linux.F_SETFL(), Linux.O_RDWR());
        MemorySegment buffer = arena.allocate(8, 8);
        int rounds = 300;
        AtomicInteger done = new AtomicInteger();
        Thread sleeper =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    while (done.get() < rounds) {
                                        sleepInRead(buffer);
                                        done.incrementAndGet();
                                    }
                                });
        long deadline = System.nanoTime() + LONG;
        while (done.get() < rounds && System.nanoTime() < deadline) {
            // Sometimes it is awake, sometimes about to sleep, sometimes asleep.
            int before = done.get();
            poller.wakeUp();
            while (done.get() == before && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
        }
        assertEquals(rounds, done.get(), "a wake-up was lost");
        sleeper.join(LONG / 1_000_000);
    }

    @Test
    void whatItWaitsForEndsASystemCallToo() {
        libc.fcntl(fd.number(), Linux.F_SETFL(), Linux.O_RDWR());
        makeReadable();
        assertEquals(8, sleepInRead(arena.allocate(8, 8)));
    }

    @Test
    void aWakeUpBeforeASystemCallForbidsItOnce() {
        poller.wakeUp();
        assertFalse(poller.enterCall());
        poller.leaveCall();
        assertTrue(poller.enterCall());
        poller.leaveCall();
    }
}
