package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.taltun.ffi.linux.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls Taltun needs. Every method returns the call's result ({@code >= 0}) or {@code
 * -errno}; {@link Errno} puts the latter into words. Nothing is retried: a caller sees {@code
 * -EINTR} and {@code -EAGAIN}.
 *
 * <p>One instance belongs to one thread, because {@code errno} is captured into its memory.
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

    /** The system calls for one thread. */
    public static Libc open() {
        return new Libc(SystemCall.newCapture());
    }

    // --- Files and descriptors

    /** Opens a file; {@code mode} (0600 = 0x180) matters with O_CREAT only. */
    public int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            long pointer = arena.allocateFrom(path).address();
            return narrow(call(LibcHandles.OPEN, pointer, flags, mode));
        }
    }

    /** Removes a file or a Unix socket's name. */
    public int unlink(String path) {
        try (Arena arena = Arena.ofConfined()) {
            long pointer = arena.allocateFrom(path).address();
            return narrow(call(LibcHandles.UNLINK, pointer));
        }
    }

    public int close(int fd) {
        return narrow(call(LibcHandles.CLOSE, fd));
    }

    /** Bytes read; 0 = end of file. */
    public long read(int fd, long address, long length) {
        return result(call(LibcHandles.READ, fd, address, length));
    }

    /** Bytes written. */
    public long write(int fd, long address, long length) {
        return result(call(LibcHandles.WRITE, fd, address, length));
    }

    /** {@code argument} is an address or, for requests such as TUNSETOFFLOAD, a number. */
    public int ioctl(int fd, long request, long argument) {
        return narrow(call(LibcHandles.IOCTL, fd, request, argument));
    }

    public int fcntl(int fd, int command, long argument) {
        return narrow(call(LibcHandles.FCNTL, fd, command, argument));
    }

    /**
     * Number of ready {@code struct pollfd}s; 0 = time is up. A negative time-out waits for ever.
     */
    public int poll(long pollfds, int count, int timeoutMillis) {
        return narrow(call(LibcHandles.POLL, pollfds, count, timeoutMillis));
    }

    /** A descriptor holding a 64-bit counter: {@code write} adds to it and wakes who polls it. */
    public int eventfd(int initial, int flags) {
        return narrow(call(LibcHandles.EVENTFD, initial, flags));
    }

    // --- Sockets

    public int socket(int family, int type, int protocol) {
        return narrow(call(LibcHandles.SOCKET, family, type, protocol));
    }

    public int bind(int fd, long address, int length) {
        return narrow(call(LibcHandles.BIND, fd, address, length));
    }

    public int connect(int fd, long address, int length) {
        return narrow(call(LibcHandles.CONNECT, fd, address, length));
    }

    public int listen(int fd, int backlog) {
        return narrow(call(LibcHandles.LISTEN, fd, backlog));
    }

    /** The accepted connection's descriptor; both addresses may be 0. */
    public int accept4(int fd, long address, long addressLength, int flags) {
        return narrow(call(LibcHandles.ACCEPT4, fd, address, addressLength, flags));
    }

    /** {@code addressLength}: address of an int, capacity in, length out. */
    public int getsockname(int fd, long address, long addressLength) {
        return narrow(call(LibcHandles.GETSOCKNAME, fd, address, addressLength));
    }

    public int setsockopt(int fd, int level, int option, long value, int length) {
        return narrow(call(LibcHandles.SETSOCKOPT, fd, level, option, value, length));
    }

    /** {@code valueLength}: address of an int, capacity in, length out. */
    public int getsockopt(int fd, int level, int option, long value, long valueLength) {
        return narrow(call(LibcHandles.GETSOCKOPT, fd, level, option, value, valueLength));
    }

    /** {@code address} may be 0: then it sends to where the socket is connected. */
    public long sendto(int fd, long data, long length, int flags, long address, int addressLength) {
        return result(call(LibcHandles.SENDTO, fd, data, length, flags, address, addressLength));
    }

    /** Bytes received; with MSG_TRUNC the datagram's true length. */
    public long recv(int fd, long address, long length, int flags) {
        return result(call(LibcHandles.RECV, fd, address, length, flags));
    }

    public long sendmsg(int fd, long msghdr, int flags) {
        return result(call(LibcHandles.SENDMSG, fd, msghdr, flags));
    }

    public long recvmsg(int fd, long msghdr, int flags) {
        return result(call(LibcHandles.RECVMSG, fd, msghdr, flags));
    }

    /**
     * Datagrams sent, of {@code count} (at most 1024) {@code struct mmsghdr}; an error after the
     * first one is not reported, it comes back with the next call.
     */
    public int sendmmsg(int fd, long mmsghdrs, int count, int flags) {
        return narrow(call(LibcHandles.SENDMMSG, fd, mmsghdrs, count, flags));
    }

    /**
     * Datagrams received. {@code timeout}: a {@code struct timespec} or 0; the kernel looks at it
     * only after a datagram came (BUGS in the man page), so use 0 and MSG_WAITFORONE.
     */
    public int recvmmsg(int fd, long mmsghdrs, int count, int flags, long timeout) {
        return narrow(call(LibcHandles.RECVMMSG, fd, mmsghdrs, count, flags, timeout));
    }

    // --- The calling thread

    /**
     * Pins a thread (0 = the calling one) to the CPUs set in {@code mask}, bit n of little-endian
     * longs = CPU n.
     */
    public int schedSetaffinity(int thread, long bytes, long mask) {
        return narrow(call(LibcHandles.SCHED_SETAFFINITY, thread, bytes, mask));
    }

    /** Moves the calling thread into new namespaces, such as CLONE_NEWNET (needs CAP_SYS_ADMIN). */
    public int unshare(int flags) {
        return narrow(call(LibcHandles.UNSHARE, flags));
    }

    /** Moves the calling thread into the namespace that {@code fd} refers to. */
    public int setns(int fd, int type) {
        return narrow(call(LibcHandles.SETNS, fd, type));
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
        SystemCall.call(LibcHandles.CLOSE, SystemCall.IGNORED, fd);
    }

    private long call(MethodHandle function, long a) {
        return SystemCall.call(function, capture, a);
    }

    private long call(MethodHandle function, long a, long b) {
        return SystemCall.call(function, capture, a, b);
    }

    private long call(MethodHandle function, long a, long b, long c) {
        return SystemCall.call(function, capture, a, b, c);
    }

    private long call(MethodHandle function, long a, long b, long c, long d) {
        return SystemCall.call(function, capture, a, b, c, d, 0, 0);
    }

    private long call(MethodHandle function, long a, long b, long c, long d, long e) {
        return SystemCall.call(function, capture, a, b, c, d, e, 0);
    }

    private long call(MethodHandle function, long a, long b, long c, long d, long e, long f) {
        return SystemCall.call(function, capture, a, b, c, d, e, f);
    }

    /** Of a function whose result is an {@code int}: the upper half is undefined. */
    private int narrow(long register) {
        int value = (int) register;
        return value >= 0 ? value : -SystemCall.errno(capture);
    }

    private long result(long value) {
        return value >= 0 ? value : -SystemCall.errno(capture);
    }

    private static long address(MemorySegment segment) {
        if (!segment.isNative() || !segment.scope().isAlive()) {
            throw new IllegalArgumentException(
                    segment.isNative() ? "segment of a closed arena" : "segment on the heap");
        }
        return segment.address();
    }
}
