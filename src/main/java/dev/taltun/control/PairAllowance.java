package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import java.nio.ByteBuffer;

/**
 * What each node may ask for about each other: so much a second, and some more at once, as an
 * {@link Allowance} for every ordered pair. Of n nodes there are n x n pairs, so they share a fixed
 * number of places by a hash that nobody outside can foresee: two pairs at one place, which is
 * rare, have one allowance between them. One thread.
 */
final class PairAllowance {
    /** 256 KiB, and 300 pairs that talk at the same time have 1 in 100 to share. */
    private static final int PLACES = 1 << 15;

    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private final long[] next = new long[PLACES];
    private final long interval;
    private final long credit;
    private final long secret;

    /**
     * @param interval from one to the next, in nanoseconds
     * @param atOnce how many may come together after a pause
     * @param secret random
     */
    PairAllowance(long interval, int atOnce, long secret) {
        this.interval = interval;
        credit = atOnce * interval;
        this.secret = secret;
    }

    /** Takes one if there is one. */
    boolean take(PublicKey asker, PublicKey asked, long now) {
        int place = place(asker, asked);
        long from = Math.max(next[place], now - credit);
        if (from >= now) {
            return false;
        }
        next[place] = from + interval;
        return true;
    }

    private int place(PublicKey asker, PublicKey asked) {
        return (int) (mixIn(mixIn(secret, asker), asked) & PLACES - 1);
    }

    /** All of the key, for its owner may choose one that looks like another in part. */
    private static long mixIn(long mixed, PublicKey key) {
        ByteBuffer bytes = ByteBuffer.wrap(key.toBytes());
        long result = mixed;
        while (bytes.hasRemaining()) {
            result = mix(result + bytes.getLong());
        }
        return result;
    }

    private static long mix(long value) {
        long folded = (value ^ value >>> 32) * SPREAD;
        folded = (folded ^ folded >>> 29) * SPREAD;
        return folded ^ folded >>> 32;
    }
}
