package dev.taltun.dataplane;

import dev.taltun.io.tun.TunWriter;
import dev.taltun.metrics.Counters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A batch of 44 packets of one flow put together, up to the write that is not made. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CoalescerBenchmark {
    private static final int COUNT = 44;
    private static final int MTU = 1420;

    /** Distance of packets in the slab of the receiver, about. */
    private static final int STRIDE = 2048;

    private static final int ROOM = 64;

    @Param({"true", "false"})
    public boolean tcp;

    private final MemorySegment slab = Arena.ofAuto().allocate((long) COUNT * STRIDE, 64);
    private final MemorySegment fresh = Arena.ofAuto().allocate((long) COUNT * STRIDE, 64);
    private final CountingTun tun = new CountingTun();
    private final Coalescer coalescer =
            new Coalescer(
                    Arena.ofAuto(), tun, new Offloads(64, true, true), new Counters().newBlock());
    private int headers;

    /** Takes everything. */
    private static final class CountingTun implements TunWriter {
        private int writes;

        @Override
        public int write(MemorySegment memory, long offset, int length) {
            writes++;
            return length;
        }
    }

    @Setup
    public void prepare() {
        headers = tcp ? BenchPackets.TCP_HEADERS : BenchPackets.UDP_HEADERS;
        int payload = MTU - headers;
        for (int i = 0; i < COUNT; i++) {
            BenchPackets.put(fresh, (long) i * STRIDE + ROOM, tcp, payload, 1 + i * payload, i);
        }
        MemorySegment.copy(fresh, 0, slab, 0, slab.byteSize());
    }

    @Benchmark
    public int coalesce() {
        tun.writes = 0;
        // Coalescing writes into the first packet's headers: they are restored, as if received.
        MemorySegment.copy(fresh, 0, slab, 0, ROOM + headers);
        for (int i = 0; i < COUNT; i++) {
            coalescer.add(slab, (long) i * STRIDE + ROOM, MTU);
        }
        coalescer.flush();
        if (tun.writes != 1) {
            throw new IllegalStateException(tun.writes + " writes instead of one");
        }
        return tun.writes;
    }
}
