package dev.taltun.agent;

/** Where the time comes from; a test passes a clock that it turns by hand. */
public interface Clock {
    /** Monotonic nanoseconds from an arbitrary origin; never 0, so that 0 can mean "never". */
    long nanoTime();

    /** Wall clock: milliseconds since 1970-01-01T00:00Z, for TAI64N timestamps and status. */
    long epochMillis();

    /** The machine may have been suspended: that time passed, too. One thread of all calls it. */
    default void catchUp() {}
}
