package dev.taltun.agent;

import java.util.function.LongSupplier;

/**
 * The machine's clocks: the only place that reads them.
 *
 * <p>The JVM's clock stands still while the machine is suspended, but what two nodes have agreed on
 * ages: {@link #catchUp()} moves the time by what was slept.
 */
public final class SystemClock implements Clock {
    private static final long ORIGIN = System.nanoTime();

    /** Offset that keeps the first readings well away from 0, which means "never". */
    private static final long HEAD_START = 1L << 40;

    /** Less is how long it may take to read two clocks. */
    private static final long SLEPT_MIN_NANOS = 500_000_000;

    private final LongSupplier bootNanos;
    private final long bootAhead;
    private volatile long slept;

    /** One that knows nothing of suspension. */
    public SystemClock() {
        this(System::nanoTime);
    }

    /**
     * @param bootNanos a clock that goes on while the machine is suspended; read by who makes this
     *     one, then by who calls {@link #catchUp()}
     */
    public SystemClock(LongSupplier bootNanos) {
        this.bootNanos = bootNanos;
        bootAhead = ahead();
    }

    /** Never too much: what passes between the two readings makes it less. */
    private long ahead() {
        return bootNanos.getAsLong() - System.nanoTime();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime() - ORIGIN + HEAD_START + slept;
    }

    @Override
    public long epochMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void catchUp() {
        long total = ahead() - bootAhead;
        if (total - slept >= SLEPT_MIN_NANOS) {
            slept = total;
        }
    }
}
