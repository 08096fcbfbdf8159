package dev.taltun.io;

import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.ThreadSignal;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.pollfd;
import dev.taltun.memory.Layouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread's sleep in the kernel: until a descriptor is ready, or another thread calls {@link
 * #wakeUp()}.
 *
 * <p>The waiting methods and {@link #close()} belong to one thread. A wake-up while nobody sleeps
 * ends the next sleep at once, so none is lost.
 */
public final class Poller implements AutoCloseable {
    private static final long ENTRY = pollfd.layout().byteSize();
    private static final long FD = pollfd.fd$offset();
    private static final long EVENTS = pollfd.events$offset();
    private static final long REVENTS = pollfd.revents$offset();

    /** Signals until a thread counts as lost, and the time between two: a second in all. */
    private static final int SIGNALS_MAX = 10_000;

    private static final long SIGNAL_PAUSE_NANOS = 100_000;

    /** Looks for the effect of a signal before its sender sleeps. */
    private static final int LOOKS = 100;

    private final Libc libc;
    private final Libc wakeLibc;
    private final Fd event;
    private final MemorySegment entries;
    private final MemorySegment one;
    private final MemorySegment drain;

    /** Gets its thread out of a system call; from before the first one on. */
    private ThreadSignal sleeper;

    private volatile boolean inCall;
    private volatile boolean asked;

    /**
     * @param arena owner of this poller's memory; must outlive the last {@link #wakeUp()}
     * @param fd the descriptor to wait for, or -1 for wake-ups only
     * @throws IOException when no eventfd can be had
     */
    public Poller(Arena arena, int fd) throws IOException {
        libc = Libc.open();
        wakeLibc = Libc.open();
        int number = libc.eventfd(0, Linux.EFD_CLOEXEC() | Linux.EFD_NONBLOCK());
        if (number < 0) {
            throw SystemCallException.of("creating an eventfd", number, "raise ulimit -n");
        }
        event = new Fd(number);
        entries = arena.allocate(pollfd.layout(), 2);
        entries.set(Layouts.NATIVE_INT, FD, number);
        entries.set(Layouts.NATIVE_SHORT, EVENTS, (short) Linux.POLLIN());
        entries.set(Layouts.NATIVE_INT, ENTRY + FD, fd);
        one = arena.allocate(Long.BYTES);
        one.set(Layouts.NATIVE_LONG, 0, 1);
        drain = arena.allocate(Long.BYTES);
    }

    /** Sleeps until the descriptor can be read, a wake-up, or the time is over. */
    public void awaitReadable(long maxNanos) {
        await(maxNanos, Linux.POLLIN(), 2);
    }

    /** Sleeps until the descriptor can be written, a wake-up, or the time is over. */
    public void awaitWritable(long maxNanos) {
        await(maxNanos, Linux.POLLOUT(), 2);
    }

    /** Sleeps until a wake-up, or the time is over. */
    public void awaitWakeUp(long maxNanos) {
        await(maxNanos, 0, 1);
    }

    private void await(long maxNanos, int events, int count) {
        entries.set(Layouts.NATIVE_SHORT, ENTRY + EVENTS, (short) events);
        int millis = (int) Math.min(Integer.MAX_VALUE, (maxNanos + 999_999) / 1_000_000);
        int ready = libc.poll(entries.address(), count, millis);
        if (ready > 0 && entries.get(Layouts.NATIVE_SHORT, REVENTS) != 0) {
            libc.read(event.number(), drain.address(), Long.BYTES);
            asked = false;
        }
    }

    /**
     * Its thread is about to sleep in a system call that waits for its descriptor itself: one call
     * instead of two, and what came is at hand when the sleep ends. {@link #leaveCall()} follows in
     * any case.
     *
     * @return false when it must not: a wake-up has come
     */
    public boolean enterCall() {
        if (sleeper == null) {
            sleeper = ThreadSignal.toThisThread();
        }
        // Before the look: then either this thread sees that it was asked, or who asks that it
        // sleeps.
        inCall = true;
        return !asked;
    }

    /** Its thread is back from that call. */
    public void leaveCall() {
        inCall = false;
        asked = false;
    }

    /** Whether the descriptor could be read when a sleep ended, since the last call of this. */
    public boolean takeReadable() {
        boolean readable =
                (entries.get(Layouts.NATIVE_SHORT, ENTRY + REVENTS) & Linux.POLLIN()) != 0;
        entries.set(Layouts.NATIVE_SHORT, ENTRY + REVENTS, (short) 0);
        return readable;
    }

    /** Whether the last sleep ended because the descriptor has an error or was hung up. */
    public boolean descriptorFailed() {
        int bad = Linux.POLLERR() | Linux.POLLHUP() | Linux.POLLNVAL();
        return (entries.get(Layouts.NATIVE_SHORT, ENTRY + REVENTS) & bad) != 0;
    }

    /** Ends the sleep. Any thread, until closed. */
    public void wakeUp() {
        if (!event.isOpen()) {
            return;
        }
        asked = true;
        // Can only fail when the counter is full, and then the sleeper wakes anyway.
        wakeLibc.write(event.number(), one.address(), Long.BYTES);
        if (inCall) {
            endCall();
        }
    }

    /** A signal that is too early is lost, so again until it has been seen. */
    private void endCall() {
        // Who is interrupted does not sleep between two signals.
        boolean interrupted = Thread.interrupted();
        for (int signals = 0; signals < SIGNALS_MAX && inCall && asked; signals++) {
            signal();
            for (int i = 0; i < LOOKS && inCall && asked; i++) {
                Thread.onSpinWait();
            }
            if (inCall && asked) {
                LockSupport.parkNanos(SIGNAL_PAUSE_NANOS);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void signal() {
        sleeper.send();
    }

    @Override
    public void close() {
        event.close();
    }
}
