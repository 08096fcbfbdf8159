package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * How long a provider takes to seal a packet: the best of many short runs, in nanoseconds.
 *
 * <p>The best, because everything that disturbs a run makes it longer. What is to be compared takes
 * turns, because at start-up the code under test is still being compiled, and whoever came first
 * would be measured in the interpreter. Belongs to one thread.
 */
final class AeadMeasurement implements AutoCloseable {
    /** The packet the engine is made for: a full one inside an MTU of 1420. */
    static final int FULL_PACKET_BYTES = 1420;

    private static final int CALLS = 16;

    /** Turns in any case: the first ones are spent on linking and interpreting. */
    private static final int LEAST_TURNS = 32;

    private final CipherSuite suite;
    private final int length;
    private final Arena arena = Arena.ofConfined();
    private final AeadKey key;
    private final MemorySegment packet;
    private long counter;
    private long best = Long.MAX_VALUE;

    AeadMeasurement(AeadProvider provider, CipherSuite suite, int length) {
        this.suite = suite;
        this.length = length;
        key = provider.newKey(suite, new byte[ChaCha20.KEY_BYTES], 1);
        packet = arena.allocate(length + AeadKey.TAG_BYTES, IpsecMb.ALIGNMENT);
    }

    /** Gives each of them turns until the time is spent, at least a few. */
    static void takeTurns(List<AeadMeasurement> all, long budgetNanos) {
        long end = System.nanoTime() + budgetNanos;
        for (int turn = 0; turn < LEAST_TURNS || System.nanoTime() < end; turn++) {
            for (AeadMeasurement one : all) {
                one.run();
            }
        }
    }

    private void run() {
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            key.seal(0, counter++, packet, 0, packet, 0, length);
        }
        best = Math.min(best, System.nanoTime() - start);
    }

    CipherSuite suite() {
        return suite;
    }

    double nanosPerPacket() {
        return (double) best / CALLS;
    }

    @Override
    public void close() {
        key.close();
        arena.close();
    }
}
