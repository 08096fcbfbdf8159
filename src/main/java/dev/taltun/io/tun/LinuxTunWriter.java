package dev.taltun.io.tun;

import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.iovec;
import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code write} and {@code writev} for one thread. */
public final class LinuxTunWriter implements TunWriter {
    /** Linux takes at most 1024 pieces (UIO_MAXIOV). */
    private static final int MAX_PIECES = 1024;

    private static final long STRIDE = iovec.layout().byteSize();
    private static final long BASE = iovec.iov_base$offset();
    private static final long LENGTH = iovec.iov_len$offset();

    private final Libc libc;
    private final int fd;
    private final MemorySegment iovecs;

    /**
     * @param fd of a TUN queue, or of anything else that takes one packet a write; not closed by
     *     this writer
     */
    public LinuxTunWriter(Arena arena, int fd) {
        libc = Libc.open(arena);
        this.fd = fd;
        iovecs = arena.allocate(iovec.layout(), MAX_PIECES);
    }

    @Override
    public int write(GatherList pieces) {
        int count = pieces.count();
        if (count == 1) {
            long address = pieces.segment(0).address() + pieces.offset(0);
            return (int) libc.write(fd, address, pieces.length(0));
        }
        for (int i = 0; i < count; i++) {
            long address = pieces.segment(i).address() + pieces.offset(i);
            iovecs.set(Layouts.NATIVE_LONG, i * STRIDE + BASE, address);
            iovecs.set(Layouts.NATIVE_LONG, i * STRIDE + LENGTH, pieces.length(i));
        }
        return (int) libc.writev(fd, iovecs.address(), count);
    }
}
