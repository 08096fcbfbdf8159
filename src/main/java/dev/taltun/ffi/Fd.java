package dev.taltun.ffi;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Owner of one file descriptor: closes it exactly once, whichever thread calls {@link #close}
 * first.
 *
 * <p>Closing does not wake a thread that is blocked on the descriptor, and its number may be given
 * out again at once: stop the threads that use it before closing it.
 */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    /**
     * Takes ownership of an open descriptor.
     *
     * @throws IllegalArgumentException when {@code number} is negative, so that an unchecked error
     *     of a system call is never mistaken for a descriptor
     */
    public Fd(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("not a file descriptor: " + number);
        }
        this.number = new AtomicInteger(number);
    }

    /** The descriptor, or -1 after {@link #close}: every system call then answers EBADF. */
    public int number() {
        return number.get();
    }

    /** Whether {@link #close} has not been called yet. */
    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /** Closes the descriptor; does nothing when it is closed already. */
    @Override
    public void close() {
        int open = number.getAndSet(CLOSED);
        if (open != CLOSED) {
            Libc.closeQuietly(open);
        }
    }

    @Override
    public String toString() {
        return "fd " + number.get();
    }
}
