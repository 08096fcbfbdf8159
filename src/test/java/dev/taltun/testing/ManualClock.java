package dev.taltun.testing;

import dev.taltun.agent.Clock;

/** A clock that a test turns by hand. */
public final class ManualClock implements Clock {
    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private long nanos = 1_000_000_000L;

    public void advanceNanos(long by) {
        nanos += by;
    }

    public void advanceSeconds(long by) {
        nanos += by * 1_000_000_000L;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long epochMillis() {
        return EPOCH_MILLIS + nanos / 1_000_000;
    }
}
