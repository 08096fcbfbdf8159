package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * How long a provider takes to seal a packet: the best of many short runs, in nanoseconds.
 *
 * <p>The best, because everything that disturbs a run makes it longer. What is to be compared takes
 * turns, so that no one is measured while the code they share is still being linked or compiled.
 * Belongs to one thread.
 */
final class AeadMeasurement implements AutoCloseable {
    /** Turns in any case: the first ones are spent on linking. */
    private static final int LEAST_TURNS = 8;

    private final CipherSuite suite;
    private final int length;
    private final int calls;
    private final Arena arena = Arena.ofConfined();
    private final AeadKey key;
    private final MemorySegment packet;
    private long counter;
    private long best = Long.MAX_VALUE;

    /**
     * @param length of a packet in bytes
     * @param calls in one run: many for short packets, which the clock cannot resolve
     */
    AeadMeasurement(AeadProvider provider, CipherSuite suite, int length, int calls) {
        this.suite = suite;
        this.length = length;
        this.calls = calls;
        key = provider.newKey(suite, new byte[ChaCha20.KEY_BYTES], 1);
        packet = arena.allocate(length + AeadKey.TAG_BYTES, IpsecMb.ALIGNMENT);
    }

    /** Gives each of them turns until the time is spent, at least a few. */
    static void takeTurns(List<AeadMeasurement> all, long budgetNanos, LongSupplier nanoTime) {
        long start = nanoTime.getAsLong();
        for (int turn = 0;
                turn < LEAST_TURNS || nanoTime.getAsLong() - start < budgetNanos;
                turn++) {
            for (AeadMeasurement one : all) {
                one.run(nanoTime);
            }
        }
    }

    private void run(LongSupplier nanoTime) {
        long start = nanoTime.getAsLong();
        for (int i = 0; i < calls; i++) {
            key.seal(0, counter++, packet, 0, packet, 0, length);
        }
        best = Math.min(best, nanoTime.getAsLong() - start);
    }

    CipherSuite suite() {
        return suite;
    }

    double nanosPerPacket() {
        return (double) best / calls;
    }

    @Override
    public void close() {
        key.close();
        arena.close();
    }
}
