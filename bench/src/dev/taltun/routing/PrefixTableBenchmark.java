package dev.taltun.routing;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Routes of 30,000 prefixes of each family, asked for addresses within random ones of them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class PrefixTableBenchmark {
    private static final int PREFIXES = 30_000;

    /** More than the branch predictor learns by heart; a power of two. */
    private static final int QUESTIONS = 1 << 14;

    private final int[] addresses4 = new int[QUESTIONS];
    private final long[] addresses6 = new long[QUESTIONS];
    private PrefixTable<Integer> table;
    private int next;

    @Setup
    public void prepare() {
        Random random = new Random(1);
        PrefixTable.Builder<Integer> builder = PrefixTable.builder();
        int[] known4 = new int[PREFIXES];
        long[] known6 = new long[PREFIXES];
        for (int i = 0; i < PREFIXES; i++) {
            known4[i] = random.nextInt();
            known6[i] = 0x2000_0000_0000_0000L | random.nextLong() >>> 3;
            builder.put(IpPrefix.v4(known4[i], 12 + random.nextInt(21)), i);
            builder.put(IpPrefix.v6(known6[i], 0, 20 + random.nextInt(45)), i);
        }
        table = builder.build();
        for (int i = 0; i < QUESTIONS; i++) {
            addresses4[i] = known4[random.nextInt(PREFIXES)] ^ random.nextInt(256);
            addresses6[i] = known6[random.nextInt(PREFIXES)] ^ random.nextInt(256);
        }
    }

    @Benchmark
    public Integer lookup4() {
        next = next + 1 & QUESTIONS - 1;
        return table.lookup4(addresses4[next]);
    }

    @Benchmark
    public Integer lookup6() {
        next = next + 1 & QUESTIONS - 1;
        return table.lookup6(addresses6[next], next);
    }
}
