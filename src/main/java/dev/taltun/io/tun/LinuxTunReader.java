package dev.taltun.io.tun;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.ThreadSignal;
import dev.taltun.ffi.linux.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code read} for one thread. */
public final class LinuxTunReader implements TunReader {
    private final Libc libc;
    private final int fd;

    /**
     * Whether a read waits. That is of the descriptor, not of the call as with sockets; what it is
     * at first is not known.
     */
    private boolean waits = true;

    private boolean canWait = ThreadSignal.isSupported();

    /**
     * @param fd of a TUN queue, or of anything else from which one read gives one packet; not
     *     closed by this reader
     */
    public LinuxTunReader(Arena arena, int fd) {
        libc = Libc.open();
        this.fd = fd;
    }

    @Override
    public int read(MemorySegment buffer, long offset, int length) {
        if (waits) {
            // Not at once after the wait: what that brought goes first.
            int result = wait(false);
            if (result < 0) {
                return result;
            }
        }
        return (int) libc.read(fd, buffer.address() + offset, length);
    }

    @Override
    public boolean canAwait() {
        return canWait;
    }

    @Override
    public int await(MemorySegment buffer, long offset, int length) {
        int result = wait(true);
        if (result < 0) {
            canWait = false;
            return -Errno.EAGAIN;
        }
        return (int) libc.read(fd, buffer.address() + offset, length);
    }

    private int wait(boolean on) {
        int flags = Linux.O_RDWR() | (on ? 0 : Linux.O_NONBLOCK());
        int result = libc.fcntl(fd, Linux.F_SETFL(), flags);
        if (result >= 0) {
            waits = on;
        }
        return result;
    }
}
