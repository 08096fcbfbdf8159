package dev.taltun.engine;

import dev.taltun.config.CpuList;
import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.TimeSlice;
import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where and when packet threads run: on CPUs of their own, when the user asks for it, and soon.
 *
 * <p>They ask for shorter time slices than others have. A packet that wakes one up does not wait
 * then for the rest of somebody else's slice, up to some 3 ms, be that a compiler of this JVM or
 * the program whose traffic this is. Measured, throughput stays.
 */
final class Scheduling {
    private static final int MASK_BYTES = 128;
    private static final int ANY = -1;

    /**
     * Less than others have: 1.4 ms on two CPUs, up to 2.8 ms on more. With a tenth of this, the
     * least that Linux grants, the round-trip time fell further, and one flow lost 5 to 10 %.
     */
    private static final long SLICE_NANOS = 1_000_000;

    private final int[] cpus;
    private final EngineLog log;

    Scheduling(CpuList cpus, EngineLog log) {
        this.cpus = cpus.stream().toArray();
        this.log = log;
    }

    /** What the threads that send for a worker run first. */
    Runnable outbound(int worker) {
        return start(cpu(cpus, 2 * worker));
    }

    /** What the thread that receives for a worker runs first. */
    Runnable inbound(int worker) {
        return start(cpu(cpus, 2 * worker + 1));
    }

    /** What a thread runs first that receives for nobody in particular. */
    Runnable unpinned() {
        return start(ANY);
    }

    /** The directions take turns, so that those of one worker share a CPU only if they must. */
    static int cpu(int[] cpus, int thread) {
        return cpus.length == 0 ? ANY : cpus[thread % cpus.length];
    }

    private Runnable start(int cpu) {
        return () -> {
            TimeSlice.request(SLICE_NANOS);
            if (cpu != ANY) {
                pin(cpu);
            }
        };
    }

    private void pin(int cpu) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            long word = (long) (cpu / Long.SIZE) * Long.BYTES;
            mask.set(Layouts.NATIVE_LONG, word, 1L << cpu % Long.SIZE);
            int result = Libc.open().schedSetaffinity(0, MASK_BYTES, mask.address());
            if (result < 0) {
                log.warn(
                        "pinning %s to CPU %d: %s; check cpus"
                                .formatted(
                                        Thread.currentThread().getName(),
                                        cpu,
                                        Errno.words(-result)));
            }
        }
    }
}
