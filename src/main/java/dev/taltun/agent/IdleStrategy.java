package dev.taltun.agent;

import java.util.function.LongSupplier;

/**
 * How long a thread that finds no work goes on looking before it sleeps in the kernel.
 *
 * <p>To put a thread to sleep and to wake it costs several microseconds, more where the processor
 * is virtual, and between two bursts of a busy flow there is often less. So a thread whose last
 * sleep was short looks longer the next time, up to 100 us, and hands the processor to whoever
 * wants it between two looks. One long sleep, and it sleeps at once again: a quiet tunnel costs
 * nothing. (KVM decides in the same way how long a halted virtual processor keeps polling.)
 *
 * <p>Belongs to one thread.
 */
public final class IdleStrategy {
    /** Sleeps shorter than this were not worth it; the longest time of looking. */
    private static final long LONGEST_NANOS = 100_000;

    private static final long SHORTEST_NANOS = 10_000;

    private final LongSupplier nanoTime;
    private final long longest;
    private long patience;
    private boolean idle;
    private long idleSince;

    private IdleStrategy(LongSupplier nanoTime, long longest) {
        this.nanoTime = nanoTime;
        this.longest = longest;
    }

    /** For a thread that moves packets. */
    public static IdleStrategy polling(Clock clock) {
        return new IdleStrategy(clock::nanoTime, LONGEST_NANOS);
    }

    /** For a thread that acts on events: sleeps at once. */
    public static IdleStrategy sleeping() {
        return new IdleStrategy(() -> 0, 0);
    }

    /** There was work. */
    void worked() {
        idle = false;
    }

    /**
     * There was none, or what was there came alone: sleeps, or lets others run, who may be about to
     * bring more, and returns at once.
     */
    void idle(Agent agent, long maxNanos) {
        if (patience > 0) {
            long now = nanoTime.getAsLong();
            if (!idle) {
                idle = true;
                idleSince = now;
            }
            if (now - idleSince < patience) {
                Thread.yield();
                return;
            }
        }
        sleep(agent, maxNanos);
    }

    private void sleep(Agent agent, long maxNanos) {
        idle = false;
        if (longest == 0) {
            agent.awaitWork(maxNanos);
            return;
        }
        long before = nanoTime.getAsLong();
        agent.awaitWork(maxNanos);
        boolean brief = nanoTime.getAsLong() - before < longest;
        patience = brief ? Math.clamp(2 * patience, SHORTEST_NANOS, longest) : 0;
    }
}
