package dev.taltun.noise;

import dev.taltun.protocol.Limits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Remembers which counters of a session were received, so that each is accepted once (WireGuard
 * paper, section 5.4.6; blocks as in RFC 6479). Any number of threads, no lock.
 *
 * <p>The bitmap is a ring of words. Each word covers one block of 32 counters and says which block
 * it covers, so that moving the window is one compare-and-set per word and needs no clearing:
 *
 * <pre>
 *   counter:  63 ............ 14 | 13 ........ 5 | 4 ........ 0
 *                    lap         |     word      |     bit
 *
 *   word:     63 ............ 32 | 31 ............ 0
 *             lap (low 32 bits)  |   seen bits
 * </pre>
 *
 * The ring holds 16384 counters, the window is 8192: between them lies the proof that a word is
 * never set back. A thread raises {@code highest} before it writes a word, and reads it again after
 * it read a word. If that word covered a later lap than the thread's own counter, {@code highest}
 * would already be a ring (less one block) ahead, and the counter is refused as too old. So a lap
 * that differs is always an earlier one and may be overwritten. (Laps that are a multiple of 2^32
 * apart look alike. Should a peer ever leap over 2^46 messages at once, a few of the next ones may
 * be refused; none is accepted twice.)
 *
 * <p>Most of the ring is allocated by the first counter that needs it, once in a session: who sends
 * little, such as the nodes of a lighthouse, costs 300 bytes rather than 4 KiB. A word that is not
 * there yet reads as one that is.
 */
public final class ReplayWindow {
    private static final int BIT_BITS = 5;
    private static final int WORD_BITS = 9;
    private static final int WORDS = 1 << WORD_BITS;
    private static final int LAP_SHIFT = BIT_BITS + WORD_BITS;

    /** Words that are there from the start: for 1024 counters. */
    private static final int FIRST_WORDS = 32;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle HIGHEST;
    private static final VarHandle REST;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HIGHEST = lookup.findVarHandle(ReplayWindow.class, "highest", long.class);
            REST = lookup.findVarHandle(ReplayWindow.class, "rest", long[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] first = new long[FIRST_WORDS];

    /** The other words, or null. */
    private volatile long[] rest;

    /** Highest counter seen. Zero at first, as if 0 had raised it; its bit is still clear. */
    private volatile long highest;

    /**
     * Accepts a counter that was not accepted before, is within the window of 8192 below the
     * highest and below {@link Limits#REJECT_AFTER_MESSAGES}. Call it only for an authenticated
     * message: any counter moves the window.
     *
     * @param counter unsigned
     * @return true exactly once for each counter, whichever threads ask
     */
    public boolean accept(long counter) {
        if (Long.compareUnsigned(counter, Limits.REJECT_AFTER_MESSAGES) >= 0) {
            return false;
        }
        raiseHighest(counter);
        int index = (int) (counter >>> BIT_BITS) & (WORDS - 1);
        long[] words = first;
        if (index >= FIRST_WORDS) {
            index -= FIRST_WORDS;
            words = rest();
        }
        long lap = counter >>> LAP_SHIFT << Integer.SIZE;
        long bit = 1L << (counter & (Integer.SIZE - 1));
        while (true) {
            long word = (long) WORD.getVolatile(words, index);
            if (isTooOld(counter)) {
                return false;
            }
            long wanted;
            if (((word ^ lap) >>> Integer.SIZE) != 0) {
                wanted = lap | bit;
            } else if ((word & bit) == 0) {
                wanted = word | bit;
            } else {
                return false;
            }
            if (WORD.compareAndSet(words, index, word, wanted)) {
                return true;
            }
        }
    }

    /** The highest counter accepted, or 0 if there was none; unsigned. */
    public long highest() {
        return highest;
    }

    private long[] rest() {
        long[] there = rest;
        if (there == null) {
            long[] made = new long[WORDS - FIRST_WORDS];
            there = (long[]) REST.compareAndExchange(this, (long[]) null, made);
            there = there == null ? made : there;
        }
        return there;
    }

    private boolean isTooOld(long counter) {
        long ahead = highest - counter;
        // Both are unsigned and highest is not less than counter: the difference is exact.
        return Long.compareUnsigned(ahead, Limits.REPLAY_WINDOW_COUNTERS) >= 0;
    }

    private void raiseHighest(long counter) {
        long seen = highest;
        while (Long.compareUnsigned(counter, seen) > 0
                && !HIGHEST.compareAndSet(this, seen, counter)) {
            seen = highest;
        }
    }
}
