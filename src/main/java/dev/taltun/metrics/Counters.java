package dev.taltun.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** All counters of one engine: a block for each counting thread, summed by whoever asks. */
public final class Counters {
    private static final Counter[] ALL = Counter.values();

    private final List<Block> blocks = new CopyOnWriteArrayList<>();

    /** A new block, to be written by one thread. Called while the engine is composed. */
    public Block newBlock() {
        Block block = new Block();
        blocks.add(block);
        return block;
    }

    /** Sum over all threads; each may be a few events behind. Any thread. */
    public long sum(Counter counter) {
        long sum = 0;
        for (Block block : blocks) {
            sum += block.get(counter);
        }
        return sum;
    }

    /** One thread's counters. */
    public static final class Block {
        private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

        /** Two cache lines on either side keep other threads' data off ours. */
        private static final int PADDING = 16;

        private final long[] counts = new long[ALL.length + 2 * PADDING];

        private Block() {}

        /** The owning thread only. */
        public void add(Counter counter, long n) {
            int i = PADDING + counter.ordinal();
            LONGS.setOpaque(counts, i, counts[i] + n);
        }

        /** The owning thread only. */
        public void increment(Counter counter) {
            add(counter, 1);
        }

        /** Any thread. */
        public long get(Counter counter) {
            return (long) LONGS.getOpaque(counts, PADDING + counter.ordinal());
        }
    }
}
