package dev.taltun.ffi;

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
        return (int)
                        SystemCall.call(
                                LibcHandles.SETPRIORITY,
                                SystemCall.newCapture(),
                                PRIO_PROCESS,
                                CALLING_THREAD,
                                LOWEST)
                == 0;
    }
}
