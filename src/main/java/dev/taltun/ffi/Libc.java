package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.taltun.ffi.linux.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The system calls Taltun needs. Every method returns the call's result ({@code >= 0}) or {@code
 * -errno}; {@link Errno} puts the latter into words. Nothing is retried: a caller sees {@code
 * -EINTR} and {@code -EAGAIN}.
 *
 * <p>One instance belongs to one thread, because {@code errno} is captured into its memory; it
 * lives as long as the arena it was opened with, which owns that memory.
 *
 * <p>Pointers are plain addresses ({@code segment.address() + offset}), lengths are bytes: no
 * allocation and no liveness check on the packet path, so the caller keeps the memory alive during
 * the call. The overloads that take a {@link MemorySegment} are for set-up code; they refuse heap
 * segments and closed arenas, and expect the segment's arena to outlive the call (an automatic
 * arena's segment must stay reachable).
 *
 * <p>Man pages of section 2 document each call.
 */
public final class Libc {
    private static final long POLLFD_BYTES = pollfd.layout().byteSize();

    private final MemorySegment capture;

    private Libc(MemorySegment capture) {
        this.capture = capture;
    }

    /** Opens the system calls for one thread; the arena owns the memory errno is captured into. */
    public static Libc open(Arena arena) {
        return new Libc(arena.allocate(LibcHandles.CAPTURE_BYTES, LibcHandles.CAPTURE_ALIGNMENT));
    }

    // --- Files and descriptors

    /** Opens a file; {@code mode} (0600 = 0x180) matters with O_CREAT only. */
    public int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            long pointer = arena.allocateFrom(path).address();
            return narrow(
                    (long)
                            LibcHandles.OPEN.invokeExact(
                                    capture, pointer, (long) flags, (long) mode));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Removes a file or a Unix socket's name. */
    public int unlink(String path) {
        try (Arena arena = Arena.ofConfined()) {
            long pointer = arena.allocateFrom(path).address();
            return narrow((long) LibcHandles.UNLINK.invokeExact(capture, pointer));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    public int close(int fd) {
        try {
            return narrow((long) LibcHandles.CLOSE.invokeExact(capture, (long) fd));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Bytes read; 0 = end of file. */
    public long read(int fd, long address, long length) {
        try {
            return result((long) LibcHandles.READ.invokeExact(capture, (long) fd, address, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Bytes written. */
    public long write(int fd, long address, long length) {
        try {
            return result(
                    (long) LibcHandles.WRITE.invokeExact(capture, (long) fd, address, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@code argument} is an address or, for requests such as TUNSETOFFLOAD, a number. */
    public int ioctl(int fd, long request, long argument) {
        try {
            return narrow(
                    (long) LibcHandles.IOCTL.invokeExact(capture, (long) fd, request, argument));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    public int fcntl(int fd, int command, long argument) {
        try {
            return narrow(
                    (long)
                            LibcHandles.FCNTL.invokeExact(
                                    capture, (long) fd, (long) command, argument));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Number of ready {@code struct pollfd}s; 0 = time is up. A negative time-out waits for ever.
     */
    public int poll(long pollfds, int count, int timeoutMillis) {
        try {
            return narrow(
                    (long)
                            LibcHandles.POLL.invokeExact(
                                    capture, pollfds, (long) count, (long) timeoutMillis));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** A descriptor holding a 64-bit counter: {@code write} adds to it and wakes who polls it. */
    public int eventfd(int initial, int flags) {
        try {
            return narrow(
                    (long) LibcHandles.EVENTFD.invokeExact(capture, (long) initial, (long) flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    // --- Sockets

    public int socket(int family, int type, int protocol) {
        try {
            return narrow(
                    (long)
                            LibcHandles.SOCKET.invokeExact(
                                    capture, (long) family, (long) type, (long) protocol));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    public int bind(int fd, long address, int length) {
        try {
            return narrow(
                    (long)
                            LibcHandles.BIND.invokeExact(
                                    capture, (long) fd, address, (long) length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    public int connect(int fd, long address, int length) {
        try {
            return narrow(
                    (long)
                            LibcHandles.CONNECT.invokeExact(
                                    capture, (long) fd, address, (long) length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    public int listen(int fd, int backlog) {
        try {
            return narrow(
                    (long) LibcHandles.LISTEN.invokeExact(capture, (long) fd, (long) backlog));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** The accepted connection's descriptor; both addresses may be 0. */
    public int accept4(int fd, long address, long addressLength, int flags) {
        try {
            return narrow(
                    (long)
                            LibcHandles.ACCEPT4.invokeExact(
                                    capture, (long) fd, address, addressLength, (long) flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@code addressLength}: address of an int, capacity in, length out. */
    public int getsockname(int fd, long address, long addressLength) {
        try {
            return narrow(
                    (long)
                            LibcHandles.GETSOCKNAME.invokeExact(
                                    capture, (long) fd, address, addressLength));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    public int setsockopt(int fd, int level, int option, long value, int length) {
        try {
            return narrow(
                    (long)
                            LibcHandles.SETSOCKOPT.invokeExact(
                                    capture,
                                    (long) fd,
                                    (long) level,
                                    (long) option,
                                    value,
                                    (long) length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@code valueLength}: address of an int, capacity in, length out. */
    public int getsockopt(int fd, int level, int option, long value, long valueLength) {
        try {
            return narrow(
                    (long)
                            LibcHandles.GETSOCKOPT.invokeExact(
                                    capture,
                                    (long) fd,
                                    (long) level,
                                    (long) option,
                                    value,
                                    valueLength));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@code address} may be 0: then it sends to where the socket is connected. */
    public long sendto(int fd, long data, long length, int flags, long address, int addressLength) {
        try {
            return result(
                    (long)
                            LibcHandles.SENDTO.invokeExact(
                                    capture,
                                    (long) fd,
                                    data,
                                    length,
                                    (long) flags,
                                    address,
                                    (long) addressLength));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Bytes received; with MSG_TRUNC the datagram's true length. */
    public long recv(int fd, long address, long length, int flags) {
        try {
            return result(
                    (long)
                            LibcHandles.RECV.invokeExact(
                                    capture, (long) fd, address, length, (long) flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    public long sendmsg(int fd, long msghdr, int flags) {
        try {
            return result(
                    (long)
                            LibcHandles.SENDMSG.invokeExact(
                                    capture, (long) fd, msghdr, (long) flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    public long recvmsg(int fd, long msghdr, int flags) {
        try {
            return result(
                    (long)
                            LibcHandles.RECVMSG.invokeExact(
                                    capture, (long) fd, msghdr, (long) flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Datagrams sent, of {@code count} (at most 1024) {@code struct mmsghdr}; an error after the
     * first one is not reported, it comes back with the next call.
     */
    public int sendmmsg(int fd, long mmsghdrs, int count, int flags) {
        try {
            return narrow(
                    (long)
                            LibcHandles.SENDMMSG.invokeExact(
                                    capture, (long) fd, mmsghdrs, (long) count, (long) flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Datagrams received. {@code timeout}: a {@code struct timespec} or 0; the kernel looks at it
     * only after a datagram came (BUGS in the man page), so use 0 and MSG_WAITFORONE.
     */
    public int recvmmsg(int fd, long mmsghdrs, int count, int flags, long timeout) {
        try {
            return narrow(
                    (long)
                            LibcHandles.RECVMMSG.invokeExact(
                                    capture,
                                    (long) fd,
                                    mmsghdrs,
                                    (long) count,
                                    (long) flags,
                                    timeout));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    // --- The calling thread

    /**
     * Pins a thread (0 = the calling one) to the CPUs set in {@code mask}, bit n of little-endian
     * longs = CPU n.
     */
    public int schedSetaffinity(int thread, long bytes, long mask) {
        try {
            return narrow(
                    (long)
                            LibcHandles.SCHED_SETAFFINITY.invokeExact(
                                    capture, (long) thread, bytes, mask));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Moves the calling thread into new namespaces, such as CLONE_NEWNET (needs CAP_SYS_ADMIN). */
    public int unshare(int flags) {
        try {
            return narrow((long) LibcHandles.UNSHARE.invokeExact(capture, (long) flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Moves the calling thread into the namespace that {@code fd} refers to. */
    public int setns(int fd, int type) {
        try {
            return narrow((long) LibcHandles.SETNS.invokeExact(capture, (long) fd, (long) type));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    // --- The same for set-up code, with segments

    /** Reads into the whole segment at most; returns the bytes read. */
    public long read(int fd, MemorySegment buffer) {
        return read(fd, address(buffer), buffer.byteSize());
    }

    /** Writes the whole segment; returns the bytes written. */
    public long write(int fd, MemorySegment buffer) {
        return write(fd, address(buffer), buffer.byteSize());
    }

    /** An ioctl whose argument is a struct or a pointer to a number. */
    public int ioctl(int fd, long request, MemorySegment argument) {
        return ioctl(fd, request, address(argument));
    }

    /** Polls the whole segment, an array of {@code struct pollfd}. */
    public int poll(MemorySegment pollfds, int timeoutMillis) {
        return poll(address(pollfds), (int) (pollfds.byteSize() / POLLFD_BYTES), timeoutMillis);
    }

    /** Binds to the address that fills the segment. */
    public int bind(int fd, MemorySegment address) {
        return bind(fd, address(address), (int) address.byteSize());
    }

    /** Connects to the address that fills the segment. */
    public int connect(int fd, MemorySegment address) {
        return connect(fd, address(address), (int) address.byteSize());
    }

    /** The address a socket is bound to; returns its length, which may exceed the segment's. */
    public int getsockname(int fd, MemorySegment address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) address.byteSize());
            int result = getsockname(fd, address(address), length.address());
            return result < 0 ? result : length.get(JAVA_INT, 0);
        }
    }

    /** Sets an option whose value fills the segment. */
    public int setsockopt(int fd, int level, int option, MemorySegment value) {
        return setsockopt(fd, level, option, address(value), (int) value.byteSize());
    }

    /** Sets an option whose value is an int. */
    public int setsockopt(int fd, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return setsockopt(fd, level, option, arena.allocateFrom(JAVA_INT, value));
        }
    }

    /** Reads an option into the segment; returns the value's length. */
    public int getsockopt(int fd, int level, int option, MemorySegment value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            int result = getsockopt(fd, level, option, address(value), length.address());
            return result < 0 ? result : length.get(JAVA_INT, 0);
        }
    }

    /** Sends the whole segment to an address, or with {@code NULL} to the connected one. */
    public long sendto(int fd, MemorySegment data, int flags, MemorySegment address) {
        return sendto(
                fd,
                address(data),
                data.byteSize(),
                flags,
                address(address),
                (int) address.byteSize());
    }

    /** Receives into the whole segment at most; with MSG_TRUNC returns the true length. */
    public long recv(int fd, MemorySegment buffer, int flags) {
        return recv(fd, address(buffer), buffer.byteSize(), flags);
    }

    // --- Results

    /** For {@link Fd}: closing is its owner's last word, an error has no remedy. */
    static void closeQuietly(int fd) {
        try {
            int ignored = (int) (long) LibcHandles.CLOSE_WITHOUT_ERRNO.invokeExact((long) fd);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Of a function whose result is an {@code int}: the upper half is undefined. */
    private int narrow(long register) {
        int value = (int) register;
        return value >= 0 ? value : -errno();
    }

    private long result(long value) {
        return value >= 0 ? value : -errno();
    }

    private int errno() {
        return capture.get(JAVA_INT, LibcHandles.ERRNO_OFFSET);
    }

    private static long address(MemorySegment segment) {
        if (!segment.isNative() || !segment.scope().isAlive()) {
            throw new IllegalArgumentException(
                    segment.isNative() ? "segment of a closed arena" : "segment on the heap");
        }
        return segment.address();
    }

    /** invokeExact declares Throwable; a linked C function throws nothing, so this is a bug. */
    private static RuntimeException unexpected(Throwable t) {
        return switch (t) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> throw new AssertionError("a system call threw", t);
        };
    }
}
