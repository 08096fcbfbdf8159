package dev.taltun.ffi;

import java.lang.foreign.Arena;

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
            return SystemCall.call(
                            LibcHandles.SETPRIORITY,
                            SystemCall.newCapture(arena),
                            PRIO_PROCESS,
                            CALLING_THREAD,
                            LOWEST)
                    == 0;
        }
    }
}
