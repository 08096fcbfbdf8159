package dev.taltun.io.tun;

import dev.taltun.ffi.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code read} for one thread. */
public final class LinuxTunReader implements TunReader {
    private final Libc libc;
    private final int fd;

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
        return (int) libc.read(fd, buffer.address() + offset, length);
    }
}
