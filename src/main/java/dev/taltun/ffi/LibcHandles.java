package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;

/**
 * The linked C functions behind {@link Libc}, one constant each (constant, so that the JIT compiler
 * sees through {@code invokeExact}). {@link SystemCall} calls them.
 *
 * <p>They share one shape, six {@code JAVA_LONG}s and the capture of errno: each shape has the JDK
 * make a dozen classes at start-up, which takes 25 ms. A function takes the registers it knows and
 * leaves the others alone. {@code int}s travel in the same registers, whose upper halves the 64-bit
 * ABIs ignore; a caller narrows an {@code int} result. Pointers are longs too: a {@code
 * MemorySegment} argument would cost a liveness acquire and release per call, and an allocated
 * slice per offset. {@code size_t}, {@code ssize_t} and {@code unsigned long} are 64 bits on every
 * Linux that a JDK 22 runs on. Linker.Option.critical is left out on purpose: a thread in such a
 * call holds up every safepoint, and these may block.
 */
@SuppressWarnings("restricted")
final class LibcHandles {
    static final StructLayout CAPTURE = Linker.Option.captureStateLayout();

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** Whether C's {@code "..."} of integers is passed as any other arguments are. */
    static final boolean PLAIN_VARIADICS =
            List.of("amd64", "aarch64", "riscv64").contains(System.getProperty("os.arch"));

    // Files and descriptors
    static final MethodHandle OPEN = variadic(2, "open");
    static final MethodHandle CLOSE = link("close");
    static final MethodHandle UNLINK = link("unlink");
    static final MethodHandle READ = link("read");
    static final MethodHandle WRITE = link("write");
    static final MethodHandle IOCTL = variadic(2, "ioctl");
    static final MethodHandle FCNTL = variadic(2, "fcntl");
    static final MethodHandle POLL = link("poll");
    static final MethodHandle EVENTFD = link("eventfd");

    // Sockets
    static final MethodHandle SOCKET = link("socket");
    static final MethodHandle BIND = link("bind");
    static final MethodHandle CONNECT = link("connect");
    static final MethodHandle LISTEN = link("listen");
    static final MethodHandle ACCEPT4 = link("accept4");
    static final MethodHandle GETSOCKNAME = link("getsockname");
    static final MethodHandle SETSOCKOPT = link("setsockopt");
    static final MethodHandle GETSOCKOPT = link("getsockopt");
    static final MethodHandle SENDTO = link("sendto");
    static final MethodHandle RECV = link("recv");
    static final MethodHandle SENDMSG = link("sendmsg");
    static final MethodHandle RECVMSG = link("recvmsg");
    static final MethodHandle SENDMMSG = link("sendmmsg");
    static final MethodHandle RECVMMSG = link("recvmmsg");

    // The calling thread
    static final MethodHandle SCHED_SETAFFINITY = link("sched_setaffinity");
    static final MethodHandle SETPRIORITY = link("setpriority");
    static final MethodHandle UNSHARE = link("unshare");
    static final MethodHandle SETNS = link("setns");

    // Time
    static final MethodHandle CLOCK_GETTIME = link("clock_gettime");

    private LibcHandles() {}

    /** Links a function of at most six parameters. */
    static MethodHandle link(String function) {
        return link(function, ERRNO);
    }

    /** Links a function whose parameters from number {@code first} on are C's {@code "..."}. */
    private static MethodHandle variadic(int first, String function) {
        return PLAIN_VARIADICS
                ? link(function)
                : link(function, ERRNO, Linker.Option.firstVariadicArg(first));
    }

    private static MethodHandle link(String function, Linker.Option... options) {
        return LINKER.downcallHandle(find(function), SHAPE, options);
    }

    /** Where a function is. */
    static long address(String function) {
        return find(function).address();
    }

    /** Whether the C library has all of these: some came late. */
    static boolean has(String... functions) {
        return Arrays.stream(functions).allMatch(f -> LINKER.defaultLookup().find(f).isPresent());
    }

    private static MemorySegment find(String function) {
        return LINKER.defaultLookup()
                .find(function)
                .orElseThrow(
                        () ->
                                new UnsatisfiedLinkError(
                                        "the C library has no function " + function));
    }
}
