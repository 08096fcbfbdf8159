package dev.taltun.crypto;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Calls of native functions by address.
 *
 * <p>All arguments and results are {@code long}: pointers, because an address costs no liveness
 * check and no object; {@code int}s, because the 64-bit ABIs of Linux pass them in the same
 * registers and ignore the upper half (a caller narrows an {@code int} result). Functions of fewer
 * than five arguments get zeros for the rest, in registers they do not read. So two handles,
 * constants to the compiler, serve every function of every library. Linking a third shape would
 * cost more at start-up (5 to 10 ms) than the superfluous zeros (less than a nanosecond) ever sum
 * up to.
 *
 * <p>They are {@code critical}: the thread stays in the state of Java code, which saves half of the
 * call's cost. That is right for functions that return within microseconds and never block, and for
 * no others.
 */
final class NativeCall {
    private NativeCall() {}

    static long call(MemorySegment function, long a) {
        return call(function, a, 0, 0, 0, 0);
    }

    static long call(MemorySegment function, long a, long b) {
        return call(function, a, b, 0, 0, 0);
    }

    static long call(MemorySegment function, long a, long b, long c) {
        return call(function, a, b, c, 0, 0);
    }

    static long call(MemorySegment function, long a, long b, long c, long d, long e) {
        try {
            return (long) UpToFive.HANDLE.invokeExact(function, a, b, c, d, e);
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

    private static final class UpToFive {
        static final MethodHandle HANDLE = link(5);
    }

    private static final class Ten {
        static final MethodHandle HANDLE = link(10);
    }
}
