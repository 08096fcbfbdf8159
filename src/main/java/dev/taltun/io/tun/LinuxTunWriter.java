package dev.taltun.io.tun;

import dev.taltun.ffi.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code write} for one thread. */
public final class LinuxTunWriter implements TunWriter {
    private final Libc libc;
    private final int fd;

    /**
     * @param fd of a TUN queue, or of anything else that takes one packet a write; not closed by
     *     this writer
     */
    public LinuxTunWriter(Arena arena, int fd) {
        libc = Libc.open();
        this.fd = fd;
    }

    @Override
    public int write(MemorySegment memory, long offset, int length) {
        return (int) libc.write(fd, memory.address() + offset, length);
    }
}
