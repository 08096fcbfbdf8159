package dev.taltun.control;

import dev.taltun.agent.Clock;

/** A clock that a test turns by hand. */
final class ManualClock implements Clock {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000_000_000L;

    private long nanos = 1000 * SECOND;

    void advance(long by) {
        nanos += by;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long epochMillis() {
        return 1_700_000_000_000L + nanos / MILLI;
    }
}
