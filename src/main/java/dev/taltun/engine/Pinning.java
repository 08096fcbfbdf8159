package dev.taltun.engine;

import dev.taltun.config.CpuList;
import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Libc;
import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Pins packet threads to CPUs, when the user asks for it. */
final class Pinning {
    private static final int MASK_BYTES = 128;
    private static final int ANY = -1;

    private final int[] cpus;
    private final EngineLog log;

    Pinning(CpuList cpus, EngineLog log) {
        this.cpus = cpus.stream().toArray();
        this.log = log;
    }

    /** What the threads that send for a worker run first: pin themselves, or nothing. */
    Runnable outbound(int worker) {
        return pinTo(cpu(cpus, 2 * worker));
    }

    /** What the thread that receives for a worker runs first. */
    Runnable inbound(int worker) {
        return pinTo(cpu(cpus, 2 * worker + 1));
    }

    /** The directions take turns, so that those of one worker share a CPU only if they must. */
    static int cpu(int[] cpus, int thread) {
        return cpus.length == 0 ? ANY : cpus[thread % cpus.length];
    }

    private Runnable pinTo(int cpu) {
        return cpu == ANY ? () -> {} : () -> pin(cpu);
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
