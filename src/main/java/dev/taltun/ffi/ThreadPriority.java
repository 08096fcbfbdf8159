package dev.taltun.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The scheduling priority of the calling thread: setpriority(2), which on Linux is per thread. */
public final class ThreadPriority {
    private static final long PRIO_PROCESS = 0;
    private static final long CALLING_THREAD = 0;
    private static final long LOWEST = 19;

    private ThreadPriority() {}

    /**
     * Lets the calling thread have what CPU time others leave (nice 19).
     *
     * @return whether the kernel agreed; it always does but in odd sandboxes
     */
    public static boolean lower() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture =
                    arena.allocate(LibcHandles.CAPTURE_BYTES, LibcHandles.CAPTURE_ALIGNMENT);
            return (long)
                            LibcHandles.SETPRIORITY.invokeExact(
                                    capture, PRIO_PROCESS, CALLING_THREAD, LOWEST)
                    == 0;
        } catch (Throwable t) {
            throw new AssertionError("setpriority threw", t);
        }
    }
}
