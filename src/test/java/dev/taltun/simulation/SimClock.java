package dev.taltun.simulation;

import dev.taltun.agent.Clock;

/** A clock that a simulation turns. */
final class SimClock implements Clock {
    static final long MICRO = 1_000L;
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000_000_000L;

    /** Away from 0, which means "never". */
    static final long ORIGIN = 1000 * SECOND;

    private long nanos = ORIGIN;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long epochMillis() {
        return 1_700_000_000_000L + nanos / MILLI;
    }

    void turnTo(long time) {
        assert time >= nanos;
        nanos = time;
    }

    /** Seconds since the simulation began. */
    double seconds() {
        return (nanos - ORIGIN) / (double) SECOND;
    }
}
