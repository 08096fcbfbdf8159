package dev.taltun.agent;

/** The machine's clocks: the only place that reads them. */
public final class SystemClock implements Clock {
    private static final long ORIGIN = System.nanoTime();

    /** Offset that keeps the first readings well away from 0, which means "never". */
    private static final long HEAD_START = 1L << 40;

    @Override
    public long nanoTime() {
        return System.nanoTime() - ORIGIN + HEAD_START;
    }

    @Override
    public long epochMillis() {
        return System.currentTimeMillis();
    }
}
