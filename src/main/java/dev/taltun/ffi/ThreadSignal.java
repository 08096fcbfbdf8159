package dev.taltun.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Gets one thread out of the system call that it sleeps in, which then fails with EINTR: tgkill(2)
 * with SIGURG, whose handler does nothing. (The JDK does the same for channels, with a signal of
 * its own. Go chose SIGURG, too: nobody minds one too many, and its default is to be ignored.)
 *
 * <p>A signal that comes just before the call is lost; {@link dev.taltun.io.Poller} repeats it.
 */
public final class ThreadSignal {
    private static final int SIGURG = 23;
    private static final int SIG_UNBLOCK = 1;

    /**
     * No {@code struct sigaction} is larger; zeroes are no flags, hence no restart, and no mask.
     */
    private static final int SIGACTION_BYTES = 256;

    /** No {@code sigset_t} is larger; signal n is bit n - 1. */
    private static final int SIGSET_BYTES = 128;

    private static final boolean HANDLED = isLinked() && ignore();

    private final MemorySegment capture = SystemCall.newCapture();
    private final long process;
    private final long thread;

    private ThreadSignal(long process, long thread) {
        this.process = process;
        this.thread = thread;
    }

    /** Apart, since glibc has the last two only since 2.30 (2019). */
    private static final class Handles {
        static final MethodHandle SIGACTION = LibcHandles.link("sigaction");
        static final MethodHandle PTHREAD_SIGMASK = LibcHandles.link("pthread_sigmask");
        static final MethodHandle GETPID = LibcHandles.link("getpid");
        static final MethodHandle GETTID = LibcHandles.link("gettid");
        static final MethodHandle TGKILL = LibcHandles.link("tgkill");
    }

    private static boolean isLinked() {
        return LibcHandles.has("sigaction", "pthread_sigmask", "getpid", "gettid", "tgkill", "abs");
    }

    /** Whether signals can be caught here; where not, a thread must not rely on them. */
    public static boolean isSupported() {
        return HANDLED;
    }

    /** What gets the calling thread out of a system call. Only where it is supported. */
    public static ThreadSignal toThisThread() {
        unblock();
        MemorySegment capture = SystemCall.newCapture();
        return new ThreadSignal(
                (int) SystemCall.call(Handles.GETPID, capture, 0),
                (int) SystemCall.call(Handles.GETTID, capture, 0));
    }

    /** Sends it. One thread at a time; the addressee has not ended. */
    public void send() {
        SystemCall.call(Handles.TGKILL, capture, process, thread, SIGURG);
    }

    /** Whoever started this process may have left it blocked. */
    private static void unblock() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SIGSET_BYTES, Long.BYTES);
            set.set(ValueLayout.JAVA_LONG, 0, 1L << (SIGURG - 1));
            SystemCall.call(
                    Handles.PTHREAD_SIGMASK,
                    SystemCall.newCapture(),
                    SIG_UNBLOCK,
                    set.address(),
                    0);
        }
    }

    /** Handled by a function of the C library that takes an int and does no harm. */
    private static boolean ignore() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SIGACTION_BYTES, Long.BYTES);
            action.set(ValueLayout.JAVA_LONG, 0, LibcHandles.address("abs"));
            long result =
                    SystemCall.call(
                            Handles.SIGACTION,
                            SystemCall.newCapture(),
                            SIGURG,
                            action.address(),
                            0);
            return (int) result == 0;
        }
    }
}
