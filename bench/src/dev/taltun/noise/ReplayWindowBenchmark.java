package dev.taltun.noise;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One counter against the replay window. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplayWindowBenchmark {
    /** Neighbours whose order is turned round. */
    private static final int SHUFFLED = 63;

    private final ReplayWindow window = new ReplayWindow();
    private long counter;

    @Benchmark
    public boolean inOrder() {
        return window.accept(counter++);
    }

    /** Groups of 64 that arrive backwards. */
    @Benchmark
    public boolean outOfOrder() {
        return window.accept(counter++ ^ SHUFFLED);
    }

    /** A replay, which is refused. */
    @Benchmark
    public boolean replayed() {
        return window.accept(0);
    }
}
