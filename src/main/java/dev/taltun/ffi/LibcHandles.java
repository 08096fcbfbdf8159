package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The linked C functions behind {@link Libc}, one constant each (constant, so that the JIT compiler
 * sees through {@code invokeExact}). Every handle but {@link #CLOSE_WITHOUT_ERRNO} takes the errno
 * capture segment as its first argument.
 *
 * <p>All parameters and results are {@code JAVA_LONG}, so that functions with the same number of
 * parameters share one linked shape: each shape costs about 5 ms at start-up. {@code int}s travel
 * in the same registers, whose upper halves the 64-bit ABIs ignore; a caller narrows an {@code int}
 * result. Pointers are longs too: a {@code MemorySegment} argument would cost a liveness acquire
 * and release per call, and an allocated slice per offset. {@code size_t}, {@code ssize_t} and
 * {@code unsigned long} are 64 bits on every Linux that a JDK 22 runs on. Linker.Option.critical is
 * left out on purpose: a thread in such a call holds up every safepoint, and these may block.
 */
@SuppressWarnings("restricted")
final class LibcHandles {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    static final long CAPTURE_BYTES = CAPTURE.byteSize();
    static final long CAPTURE_ALIGNMENT = CAPTURE.byteAlignment();
    static final long ERRNO_OFFSET =
            CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    // Files and descriptors
    static final MethodHandle OPEN = variadic(2, "open", 3);
    static final MethodHandle CLOSE = link("close", 1);
    static final MethodHandle CLOSE_WITHOUT_ERRNO =
            LINKER.downcallHandle(LINKER.defaultLookup().find("close").orElseThrow(), shape(1));
    static final MethodHandle UNLINK = link("unlink", 1);
    static final MethodHandle READ = link("read", 3);
    static final MethodHandle WRITE = link("write", 3);
    static final MethodHandle IOCTL = variadic(2, "ioctl", 3);
    static final MethodHandle FCNTL = variadic(2, "fcntl", 3);
    static final MethodHandle POLL = link("poll", 3);
    static final MethodHandle EVENTFD = link("eventfd", 2);

    // Sockets
    static final MethodHandle SOCKET = link("socket", 3);
    static final MethodHandle BIND = link("bind", 3);
    static final MethodHandle CONNECT = link("connect", 3);
    static final MethodHandle LISTEN = link("listen", 2);
    static final MethodHandle ACCEPT4 = link("accept4", 4);
    static final MethodHandle GETSOCKNAME = link("getsockname", 3);
    static final MethodHandle SETSOCKOPT = link("setsockopt", 5);
    static final MethodHandle GETSOCKOPT = link("getsockopt", 5);
    static final MethodHandle SENDTO = link("sendto", 6);
    static final MethodHandle RECV = link("recv", 4);
    static final MethodHandle SENDMSG = link("sendmsg", 3);
    static final MethodHandle RECVMSG = link("recvmsg", 3);
    static final MethodHandle SENDMMSG = link("sendmmsg", 4);
    static final MethodHandle RECVMMSG = link("recvmmsg", 5);

    // The calling thread
    static final MethodHandle SCHED_SETAFFINITY = link("sched_setaffinity", 3);
    static final MethodHandle SETPRIORITY = link("setpriority", 3);
    static final MethodHandle UNSHARE = link("unshare", 1);
    static final MethodHandle SETNS = link("setns", 2);

    // Time
    static final MethodHandle CLOCK_GETTIME = link("clock_gettime", 2);

    private LibcHandles() {}

    /** Links a function of longs, with errno. */
    static MethodHandle link(String function, int parameters) {
        return link(function, shape(parameters), ERRNO);
    }

    /** Links a function whose parameters from number {@code first} on are C's {@code "..."}. */
    private static MethodHandle variadic(int first, String function, int parameters) {
        return link(function, shape(parameters), ERRNO, Linker.Option.firstVariadicArg(first));
    }

    private static FunctionDescriptor shape(int parameters) {
        MemoryLayout[] longs = new MemoryLayout[parameters];
        Arrays.fill(longs, JAVA_LONG);
        return FunctionDescriptor.of(JAVA_LONG, longs);
    }

    private static MethodHandle link(
            String function, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup()
                        .find(function)
                        .orElseThrow(
                                () ->
                                        new UnsatisfiedLinkError(
                                                "the C library has no function " + function)),
                descriptor,
                options);
    }
}
