package dev.taltun.dataplane;

import dev.taltun.io.tun.VirtioNetHeader;
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

/** A super-packet of 64 KiB cut into packets of an MTU of 1420, checksums included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SegmenterBenchmark {
    private static final int MTU = 1420;
    private static final int PACKET = 64;
    private static final int HEADER = PACKET - VirtioNetHeader.BYTES;
    private static final int LENGTH = 65_535;

    /** Whether checksums are left to the receiver. */
    @Param({"true", "false"})
    public boolean partial;

    @Param({"true", "false"})
    public boolean tcp;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment buffer = arena.allocate(PACKET + LENGTH + 64, 64);
    private final Segmenter segmenter = new Segmenter(arena);
    private int expected;

    @Setup
    public void prepare() {
        int headers = tcp ? BenchPackets.TCP_HEADERS : BenchPackets.UDP_HEADERS;
        int payload = LENGTH - headers;
        BenchPackets.put(buffer, PACKET, tcp, payload, 1, 1);
        BenchPackets.putOffload(buffer, HEADER, tcp, MTU - headers);
        expected = (payload + MTU - headers - 1) / (MTU - headers);
    }

    /** Headers at the front are written again to the same values, so it can be cut again. */
    @Benchmark
    public int segment() {
        int count =
                segmenter.segment(
                        buffer, HEADER, PACKET, LENGTH, partial, SegmenterBenchmark::take);
        if (count != expected) {
            throw new IllegalStateException(count + " segments instead of " + expected);
        }
        return count;
    }

    private static boolean take(MemorySegment memory, long offset, int length) {
        return true;
    }
}
