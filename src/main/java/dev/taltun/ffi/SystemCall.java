package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls a function of {@link LibcHandles}, and keeps the {@code errno} it left: the JVM may run
 * something in between that sets it anew, so that it is captured with the call.
 *
 * <p>Every handle has one shape, six {@code long}s, of which a function takes those it knows. With
 * a constant handle the JIT compiler sees through all of it.
 */
final class SystemCall {
    private static final StructLayout CAPTURE = LibcHandles.CAPTURE;
    private static final long ERRNO_OFFSET =
            CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** Where errno goes that nobody reads: any thread, at once. */
    static final MemorySegment IGNORED = newCapture();

    private SystemCall() {}

    /**
     * Memory that errno is captured into: for one thread at a time, as long as it is reachable. A
     * call keeps its memory's arena from being closed, and for a shared one that is a counter that
     * all packet threads would change twice a call; the collector's needs none.
     */
    static MemorySegment newCapture() {
        return Arena.ofAuto().allocate(CAPTURE);
    }

    /** What a call that failed left. */
    static int errno(MemorySegment capture) {
        return capture.get(JAVA_INT, ERRNO_OFFSET);
    }

    static long call(MethodHandle function, MemorySegment capture, long a) {
        return call(function, capture, a, 0, 0, 0, 0, 0);
    }

    static long call(MethodHandle function, MemorySegment capture, long a, long b) {
        return call(function, capture, a, b, 0, 0, 0, 0);
    }

    static long call(MethodHandle function, MemorySegment capture, long a, long b, long c) {
        return call(function, capture, a, b, c, 0, 0, 0);
    }

    /** The function's result as it stands in the register: an {@code int}'s upper half is noise. */
    static long call(
            MethodHandle function,
            MemorySegment capture,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f) {
        try {
            return (long) function.invokeExact(capture, a, b, c, d, e, f);
        } catch (RuntimeException | Error t) {
            throw t;
        } catch (Throwable t) {
            throw new AssertionError("a C function threw", t);
        }
    }
}
