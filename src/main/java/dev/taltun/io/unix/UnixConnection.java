package dev.taltun.io.unix;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import java.lang.foreign.MemorySegment;

/** One connection of a {@link UnixListener}; never blocks. */
public final class UnixConnection implements AutoCloseable {
    /** The other end is gone, or says no more. */
    public static final int ENDED = -1;

    private final Libc libc;
    private final Fd fd;
    private boolean ready = true;
    private boolean writing;

    UnixConnection(Libc libc, Fd fd) {
        this.libc = libc;
        this.fd = fd;
    }

    int number() {
        return fd.number();
    }

    int events() {
        return writing ? Linux.POLLOUT() : Linux.POLLIN();
    }

    void ready(boolean now) {
        ready = now;
    }

    /** Whether it is worth a try: what it waited for has come, or the other end is gone. */
    public boolean isReady() {
        return ready;
    }

    /** Bytes read into the segment; 0 when there are none yet, {@link #ENDED} at the end. */
    public int read(MemorySegment into) {
        writing = false;
        long count = libc.recv(fd.number(), into, 0);
        if (count == -Errno.EAGAIN || count == -Errno.EINTR) {
            ready = false;
            return 0;
        }
        return count <= 0 ? ENDED : (int) count;
    }

    /** Bytes written of the segment; 0 when there is no room yet, {@link #ENDED} at the end. */
    public int write(MemorySegment from) {
        writing = true;
        long count = libc.sendto(fd.number(), from.address(), from.byteSize(), FLAGS, 0, 0);
        if (count == -Errno.EAGAIN || count == -Errno.EINTR) {
            ready = false;
            return 0;
        }
        return count <= 0 ? ENDED : (int) count;
    }

    private static final int FLAGS = Linux.MSG_NOSIGNAL();

    @Override
    public void close() {
        fd.close();
    }
}
