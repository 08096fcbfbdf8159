package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * The linked C functions behind {@link Libc}, one constant each (constant, so that the JIT compiler
 * sees through {@code invokeExact}). Every handle but {@link #CLOSE_WITHOUT_ERRNO} takes the errno
 * capture segment as its first argument.
 *
 * <p>Pointers are {@code JAVA_LONG}: a {@code MemorySegment} argument would cost a liveness acquire
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

    private static final MemoryLayout INT = JAVA_INT;
    private static final MemoryLayout SIZE = JAVA_LONG;
    private static final MemoryLayout POINTER = JAVA_LONG;

    // Files and descriptors
    static final MethodHandle OPEN = variadic(2, "open", INT, POINTER, INT, INT);
    static final MethodHandle CLOSE = link("close", INT, INT);
    static final MethodHandle CLOSE_WITHOUT_ERRNO =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().find("close").orElseThrow(),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    static final MethodHandle UNLINK = link("unlink", INT, POINTER);
    static final MethodHandle READ = link("read", SIZE, INT, POINTER, SIZE);
    static final MethodHandle WRITE = link("write", SIZE, INT, POINTER, SIZE);
    static final MethodHandle READV = link("readv", SIZE, INT, POINTER, INT);
    static final MethodHandle WRITEV = link("writev", SIZE, INT, POINTER, INT);
    static final MethodHandle IOCTL = variadic(2, "ioctl", INT, INT, SIZE, SIZE);
    static final MethodHandle FCNTL = variadic(2, "fcntl", INT, INT, INT, SIZE);
    static final MethodHandle POLL = link("poll", INT, POINTER, SIZE, INT);
    static final MethodHandle EVENTFD = link("eventfd", INT, INT, INT);

    // Sockets
    static final MethodHandle SOCKET = link("socket", INT, INT, INT, INT);
    static final MethodHandle BIND = link("bind", INT, INT, POINTER, INT);
    static final MethodHandle CONNECT = link("connect", INT, INT, POINTER, INT);
    static final MethodHandle LISTEN = link("listen", INT, INT, INT);
    static final MethodHandle ACCEPT4 = link("accept4", INT, INT, POINTER, POINTER, INT);
    static final MethodHandle GETSOCKNAME = link("getsockname", INT, INT, POINTER, POINTER);
    static final MethodHandle SETSOCKOPT = link("setsockopt", INT, INT, INT, INT, POINTER, INT);
    static final MethodHandle GETSOCKOPT = link("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
    static final MethodHandle SENDTO = link("sendto", SIZE, INT, POINTER, SIZE, INT, POINTER, INT);
    static final MethodHandle RECV = link("recv", SIZE, INT, POINTER, SIZE, INT);
    static final MethodHandle SENDMSG = link("sendmsg", SIZE, INT, POINTER, INT);
    static final MethodHandle RECVMSG = link("recvmsg", SIZE, INT, POINTER, INT);
    static final MethodHandle SENDMMSG = link("sendmmsg", INT, INT, POINTER, INT, INT);
    static final MethodHandle RECVMMSG = link("recvmmsg", INT, INT, POINTER, INT, INT, POINTER);

    // The calling thread
    static final MethodHandle SCHED_SETAFFINITY =
            link("sched_setaffinity", INT, INT, SIZE, POINTER);
    static final MethodHandle UNSHARE = link("unshare", INT, INT);
    static final MethodHandle SETNS = link("setns", INT, INT, INT);

    private LibcHandles() {}

    private static MethodHandle link(
            String function, MemoryLayout result, MemoryLayout... parameters) {
        return link(function, FunctionDescriptor.of(result, parameters), ERRNO);
    }

    /** Links a function whose parameters from number {@code first} on are C's {@code "..."}. */
    private static MethodHandle variadic(
            int first, String function, MemoryLayout result, MemoryLayout... parameters) {
        return link(
                function,
                FunctionDescriptor.of(result, parameters),
                ERRNO,
                Linker.Option.firstVariadicArg(first));
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
