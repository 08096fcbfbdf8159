package dev.taltun.io.tun;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.ThreadSignal;
import dev.taltun.ffi.linux.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code read} for one thread. */
public final class LinuxTunReader implements TunReader {
    private static final int WAITS = Linux.O_RDWR();
    private static final int WAITS_NOT = Linux.O_RDWR() | Linux.O_NONBLOCK();

    private final Libc libc;
    private final int fd;

    /** Of the descriptor, not of the call as with sockets; not known at first. */
    private int flags = -1;

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
        // Only now, not at once after a wait: the next read may wait, too.
        int result = setFlags(WAITS_NOT);
        if (result < 0) {
            return result;
        }
        return (int) libc.read(fd, buffer.address() + offset, length);
    }

    @Override
    public boolean canAwait() {
        return canWait;
    }

    @Override
    public int await(MemorySegment buffer, long offset, int length) {
        int result = setFlags(WAITS);
        if (result < 0) {
            canWait = false;
            return -Errno.EAGAIN;
        }
        return (int) libc.read(fd, buffer.address() + offset, length);
    }

    private int setFlags(int wanted) {
        if (flags == wanted) {
            return 0;
        }
        int result = libc.fcntl(fd, Linux.F_SETFL(), wanted);
        if (result >= 0) {
            flags = wanted;
        }
        return result;
    }
}
