package dev.taltun.ffi;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Time since the machine was started, with the time that it slept: CLOCK_BOOTTIME of
 * clock_gettime(2). Java's own clock stands still while the machine is suspended. One thread at a
 * time; it keeps its memory as long as it is used itself.
 */
public final class BootClock {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final MemorySegment capture;
    private final MemorySegment time;

    public BootClock() {
        Arena arena = Arena.ofAuto();
        capture = SystemCall.newCapture();
        time = arena.allocate(timespec.layout());
    }

    /** Nanoseconds. */
    public long nanos() {
        // An int: the upper half of the register means nothing.
        int failed =
                (int)
                        SystemCall.call(
                                LibcHandles.CLOCK_GETTIME,
                                capture,
                                Linux.CLOCK_BOOTTIME(),
                                time.address());
        if (failed != 0) {
            throw new AssertionError("every Linux has CLOCK_BOOTTIME since 2.6.39");
        }
        return timespec.tv_sec(time) * NANOS_PER_SECOND + timespec.tv_nsec(time);
    }
}
