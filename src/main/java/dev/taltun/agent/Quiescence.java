package dev.taltun.agent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Tells when no agent can still hold a reference that was unpublished: quiescent-state based
 * reclamation, with which session keys are wiped while other threads run without locks.
 *
 * <p>Each agent counts up on entering and on leaving its {@link Agent#doWork()}; an odd count means
 * inside. Whoever unpublished something takes a {@link #snapshot()} and may free it once {@link
 * #passedSince(long[])}: each agent was outside at some moment since.
 */
public final class Quiescence {
    /** Longs between two slots: 128 bytes, two cache lines, as CPUs prefetch lines in pairs. */
    private static final int STRIDE = 16;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] counts;
    private int slots;

    /**
     * @param capacity most agents that can register
     */
    public Quiescence(int capacity) {
        counts = new long[(capacity + 1) * STRIDE];
    }

    /** Registers one agent. Called while the engine is composed, before any agent starts. */
    public Slot newSlot() {
        slots++;
        if ((slots + 1) * STRIDE > counts.length) {
            throw new IllegalStateException("more agents than " + (slots - 1));
        }
        return new Slot(counts, slots * STRIDE);
    }

    /** State of every agent now, to be passed to {@link #passedSince(long[])}. */
    public long[] snapshot() {
        VarHandle.fullFence();
        long[] snapshot = new long[slots];
        for (int i = 0; i < slots; i++) {
            snapshot[i] = (long) LONGS.getVolatile(counts, (i + 1) * STRIDE);
        }
        return snapshot;
    }

    /** Whether every agent was outside its work at some moment since the snapshot. */
    public boolean passedSince(long[] snapshot) {
        for (int i = 0; i < snapshot.length; i++) {
            boolean wasInside = (snapshot[i] & 1) != 0;
            if (wasInside && (long) LONGS.getVolatile(counts, (i + 1) * STRIDE) == snapshot[i]) {
                return false;
            }
        }
        return true;
    }

    /** One agent's mark. Used by that agent's thread only. */
    public static final class Slot {
        private final long[] counts;
        private final int index;

        private Slot(long[] counts, int index) {
            this.counts = counts;
            this.index = index;
        }

        /** From here on the agent may read shared tables. A full fence. */
        public void enter() {
            LONGS.getAndAdd(counts, index, 1L);
        }

        /** From here on the agent holds nothing that it read from shared tables. */
        public void exit() {
            LONGS.setRelease(counts, index, counts[index] + 1);
        }
    }
}
