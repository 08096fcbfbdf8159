package dev.taltun.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AgentRunnerTest {
    /** Notes what is called, and sleeps on a semaphore. */
    private static class Recorder implements Agent {
        final List<String> calls = new CopyOnWriteArrayList<>();
        final Semaphore sleep = new Semaphore(0);
        final CountDownLatch asleep = new CountDownLatch(1);
        volatile int work;
        volatile Thread thread;

        @Override
        public String roleName() {
            return "recorder";
        }

        @Override
        public void onStart() {
            thread = Thread.currentThread();
            calls.add("start");
        }

        @Override
        public int doWork() {
            assertSame(thread, Thread.currentThread());
            if (work > 0) {
                work--;
                calls.add("work");
                return 1;
            }
            return 0;
        }

        @Override
        public void awaitWork(long maxNanos) {
            asleep.countDown();
            try {
                sleep.tryAcquire(maxNanos, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void wakeUp() {
            sleep.release();
        }

        @Override
        public void onClose() {
            assertSame(thread, Thread.currentThread());
            calls.add("close");
        }
    }

    private final Quiescence quiescence = new Quiescence(4);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private AgentRunner runner(Agent agent) {
        return new AgentRunner(agent, quiescence.newSlot(), () -> {}, failure::set);
    }

    @Test
    void startsWorksSleepsAndStopsAtOnce() throws InterruptedException {
        Recorder agent = new Recorder();
        agent.work = 3;
        AgentRunner runner = runner(agent);
        runner.start();
        assertTrue(agent.asleep.await(5, TimeUnit.SECONDS));
        assertEquals("recorder", agent.thread.getName());
        assertTrue(agent.thread.isDaemon());
        long before = System.nanoTime();
        runner.stop();
        assertTrue(runner.join(5000));
        long millis = (System.nanoTime() - before) / 1_000_000;
        assertTrue(millis < 300, () -> "took " + millis + " ms to stop");
        assertEquals(List.of("start", "work", "work", "work", "close"), agent.calls);
        assertNull(failure.get());
    }

    @Test
    void aSleepingAgentHoldsUpNobody() throws InterruptedException {
        Recorder agent = new Recorder();
        AgentRunner runner = runner(agent);
        runner.start();
        assertTrue(agent.asleep.await(5, TimeUnit.SECONDS));
        assertTrue(quiescence.passedSince(quiescence.snapshot()));
        runner.stop();
        assertTrue(runner.join(5000));
    }

    @Test
    void aFailureEndsTheAgentAndIsReported() throws InterruptedException {
        IllegalStateException gone = new IllegalStateException("device gone");
        Recorder agent =
                new Recorder() {
                    @Override
                    public int doWork() {
                        throw gone;
                    }
                };
        AgentRunner runner = runner(agent);
        runner.start();
        assertTrue(runner.join(5000));
        assertSame(gone, failure.get());
        assertEquals(List.of("start", "close"), agent.calls);
        assertTrue(quiescence.passedSince(quiescence.snapshot()), "left its work for good");
    }

    @Test
    void aFailedStartIsReportedAndNothingElseRuns() throws InterruptedException {
        IllegalStateException no = new IllegalStateException("no");
        Recorder agent = new Recorder();
        AgentRunner runner =
                new AgentRunner(
                        agent,
                        quiescence.newSlot(),
                        () -> {
                            throw no;
                        },
                        failure::set);
        runner.start();
        assertTrue(runner.join(5000));
        assertSame(no, failure.get());
        assertEquals(List.of(), agent.calls);
    }

    @Test
    void stoppedBeforeItRanItOnlyOpensAndCloses() throws InterruptedException {
        Recorder agent = new Recorder();
        agent.work = 5;
        AgentRunner runner = runner(agent);
        runner.stop();
        assertTrue(runner.join(1000), "not started: nothing to wait for");
        runner.start();
        assertTrue(runner.join(5000));
        assertEquals(List.of("start", "close"), agent.calls);
    }

    @Test
    void theClockNeverSaysNever() {
        SystemClock clock = new SystemClock();
        long first = clock.nanoTime();
        assertTrue(first > 0);
        assertTrue(clock.nanoTime() >= first);
        assertTrue(Math.abs(clock.epochMillis() - System.currentTimeMillis()) < 1000);
    }
}
