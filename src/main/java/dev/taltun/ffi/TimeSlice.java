package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.taltun.ffi.linux.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * For how long the calling thread is to keep a CPU that others want: sched_setattr(2).
 *
 * <p>From Linux 6.12 on, whoever asks for shorter slices than others gets the CPU sooner when it
 * wakes up, and no more of it; older kernels give everybody the same.
 *
 * <pre>
 *  struct sched_attr
 *   0 | size u32 | policy u32 |
 *   8 | flags u64             |
 *  16 | nice i32 | priority u32 |
 *  24 | runtime u64, ns       |   of SCHED_OTHER and SCHED_BATCH: the slice
 *  32 | deadline u64          |
 *  40 | period u64            |
 * </pre>
 */
public final class TimeSlice {
    /** The first and every later kernel takes structs of this size. */
    private static final int BYTES = 48;

    private static final long POLICY = 4;
    private static final long RUNTIME = 24;
    private static final long CALLING_THREAD = 0;

    private TimeSlice() {}

    /** Apart, since not every C library has it; older ones have no functions for these two. */
    private static final class Handles {
        static final MethodHandle SYSCALL = LibcHandles.link("syscall");

        /** sched_setattr, and one more is sched_getattr: of x86-64; of aarch64 and riscv64. */
        static final int NUMBER = System.getProperty("os.arch").equals("amd64") ? 314 : 274;
    }

    /**
     * Asks for slices of this length, unless they are shorter already, and leaves alone how the
     * thread is scheduled otherwise.
     *
     * @param nanos 100,000 to 100,000,000
     * @return whether the kernel agreed, which kernels before 6.12 do without any effect; false for
     *     threads of other policies than SCHED_OTHER and SCHED_BATCH, and where the numbers of the
     *     system calls are not known
     */
    public static boolean request(long nanos) {
        if (!LibcHandles.PLAIN_VARIADICS || !LibcHandles.has("syscall")) {
            return false;
        }
        MemorySegment capture = SystemCall.newCapture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(BYTES, Long.BYTES);
            long at = attributes.address();
            if (call(capture, Handles.NUMBER + 1, at, BYTES) < 0) {
                return false;
            }
            int policy = attributes.get(JAVA_INT, POLICY);
            if (policy != Linux.SCHED_OTHER() && policy != Linux.SCHED_BATCH()) {
                return false;
            }
            long now = attributes.get(JAVA_LONG, RUNTIME);
            if (now > 0 && now <= nanos) {
                // 0.7 ms on a single CPU, if nobody chose.
                return true;
            }
            attributes.set(JAVA_LONG, RUNTIME, nanos);
            return call(capture, Handles.NUMBER, at, 0) >= 0;
        }
    }

    /**
     * sched_setattr(thread, attributes, flags 0), sched_getattr(thread, attributes, size, flags 0).
     */
    private static int call(MemorySegment capture, int number, long attributes, int size) {
        return (int)
                SystemCall.call(
                        Handles.SYSCALL, capture, number, CALLING_THREAD, attributes, size, 0, 0);
    }
}
