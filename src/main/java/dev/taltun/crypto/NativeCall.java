package dev.taltun.crypto;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Calls of native functions by address, by number of arguments.
 *
 * <p>All arguments and results are {@code long}: pointers, because an address costs no liveness
 * check and no object; {@code int}s, because the 64-bit ABIs of Linux pass them in the same registers
 * and ignore the upper half (a caller narrows an {@code int} result). So a handful of handles, each
 * one constant to the compiler, serves every function of every library, and start-up pays for a
 * handful only; each is linked when first used.
 *
 * <p>They are {@code critical}: the thread stays in the state of Java code, which saves half of the
 * call's cost. That is right for functions that return within microseconds and never block, and
 * for no others.
 */
final class NativeCall {
    private NativeCall() {}

    static long call(MemorySegment function, long a) {
        try {
            return (long) One.HANDLE.invokeExact(function, a);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    static long call(MemorySegment function, long a, long b) {
        try {
            return (long) Two.HANDLE.invokeExact(function, a, b);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    static long call(MemorySegment function, long a, long b, long c) {
        try {
            return (long) Three.HANDLE.invokeExact(function, a, b, c);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    static long call(MemorySegment function, long a, long b, long c, long d, long e) {
        try {
            return (long) Five.HANDLE.invokeExact(function, a, b, c, d, e);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    static long call(
            MemorySegment function,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g,
            long h,
            long i,
            long j) {
        try {
            return (long) Ten.HANDLE.invokeExact(function, a, b, c, d, e, f, g, h, i, j);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(int arguments) {
        MemoryLayout[] longs = new MemoryLayout[arguments];
        Arrays.fill(longs, JAVA_LONG);
        return Linker.nativeLinker()
                .downcallHandle(
                        FunctionDescriptor.of(JAVA_LONG, longs), Linker.Option.critical(false));
    }

    private static final class One {
        static final MethodHandle HANDLE = link(1);
    }

    private static final class Two {
        static final MethodHandle HANDLE = link(2);
    }

    private static final class Three {
        static final MethodHandle HANDLE = link(3);
    }

    private static final class Five {
        static final MethodHandle HANDLE = link(5);
    }

    private static final class Ten {
        static final MethodHandle HANDLE = link(10);
    }
}
