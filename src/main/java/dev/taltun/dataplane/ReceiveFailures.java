package dev.taltun.dataplane;

import dev.taltun.ffi.Errno;

/**
 * Receives that failed, one after the other. An error on a UDP socket is about some datagram sent
 * earlier, and gone once read. One that comes again and again is about the socket: reading pauses,
 * and ends if that does not help, rather than to use up a CPU and bring nothing.
 *
 * <p>Belongs to one thread.
 */
final class ReceiveFailures {
    /** How long to wait before the next attempt. */
    static final long PAUSE_NANOS = 10_000_000;

    /** Errors in a row after which to wait. */
    private static final int UNTIL_PAUSE = 16;

    /** Errors in a row after which the socket is given up: 10 s of nothing else. */
    private static final int MOST = 1000;

    private int inARow;

    /** One more. */
    void failed(int errno) {
        inARow++;
        if (errno == Errno.EBADF || inARow >= MOST) {
            throw new IllegalStateException("reading from the UDP socket: " + Errno.words(errno));
        }
    }

    /** A receive did not fail. */
    void end() {
        inARow = 0;
    }

    /** Whether the last receive failed. */
    boolean any() {
        return inARow > 0;
    }

    /** Whether to wait before the next attempt. */
    boolean areToPause() {
        return inARow >= UNTIL_PAUSE;
    }
}
