package dev.taltun.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Gets one thread out of the system call that it sleeps in, which then fails with EINTR: tgkill(2)
 * with SIGURG, whose handler does nothing. (The JDK does the same for channels, with a signal of
 * its own. Go chose SIGURG, too: nobody minds one too many, and its default is to be ignored.)
 *
 * <p>A signal that comes just before the call is lost; {@link dev.taltun.io.Poller} repeats it.
 */
public final class ThreadSignal {
    private static final int SIGURG = 23;

    /**
     * No {@code struct sigaction} is larger; zeroes are no flags, hence no restart, and no mask.
     */
    private static final int SIGACTION_BYTES = 256;

    private static final boolean HANDLED = ignore();

    private final MemorySegment capture = SystemCall.newCapture();
    private final long process;
    private final long thread;

    private ThreadSignal(long process, long thread) {
        this.process = process;
        this.thread = thread;
    }

    /** Whether signals can be caught here; where not, a thread must not rely on them. */
    public static boolean isSupported() {
        return HANDLED;
    }

    /** What gets the calling thread out of a system call. */
    public static ThreadSignal toThisThread() {
        MemorySegment capture = SystemCall.newCapture();
        return new ThreadSignal(
                (int) SystemCall.call(LibcHandles.GETPID, capture, 0),
                (int) SystemCall.call(LibcHandles.GETTID, capture, 0));
    }

    /** Sends it. One thread at a time; the addressee has not ended. */
    public void send() {
        SystemCall.call(LibcHandles.TGKILL, capture, process, thread, SIGURG);
    }

    /** Handled by a function of the C library that takes an int and does no harm. */
    private static boolean ignore() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SIGACTION_BYTES, Long.BYTES);
            action.set(ValueLayout.JAVA_LONG, 0, LibcHandles.address("abs"));
            long result =
                    SystemCall.call(
                            LibcHandles.SIGACTION,
                            SystemCall.newCapture(),
                            SIGURG,
                            action.address(),
                            0);
            return (int) result == 0;
        }
    }
}
