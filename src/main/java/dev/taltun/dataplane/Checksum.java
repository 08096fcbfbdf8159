package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * The Internet checksum (RFC 1071): the 16-bit ones' complement sum.
 *
 * <p>Sums are built over words in the machine's order, which the ones' complement sum permits (RFC
 * 1071, 2.B), as unfolded 64-bit values, and put into packets with the same order, so that nothing
 * is swapped.
 */
public final class Checksum {
    private static final long LOW_HALF = 0xffff_ffffL;

    private Checksum() {}

    /**
     * Adds bytes to an unfolded sum.
     *
     * @param length in bytes; an odd last byte counts as if a zero byte followed
     * @param initial unfolded sum so far; the sum of all initial values must stay below 2^62
     */
    public static long sum(MemorySegment memory, long offset, int length, long initial) {
        long a = initial;
        long b = 0;
        long i = offset;
        long end = offset + length;
        for (long blocks = end - 32; i <= blocks; i += 32) {
            long w0 = memory.get(Layouts.NATIVE_LONG, i);
            long w1 = memory.get(Layouts.NATIVE_LONG, i + 8);
            long w2 = memory.get(Layouts.NATIVE_LONG, i + 16);
            long w3 = memory.get(Layouts.NATIVE_LONG, i + 24);
            a += (w0 & LOW_HALF) + (w0 >>> 32) + (w1 & LOW_HALF) + (w1 >>> 32);
            b += (w2 & LOW_HALF) + (w2 >>> 32) + (w3 & LOW_HALF) + (w3 >>> 32);
        }
        for (; i + 4 <= end; i += 4) {
            a += memory.get(Layouts.NATIVE_INT, i) & LOW_HALF;
        }
        if (i + 2 <= end) {
            a += memory.get(Layouts.NATIVE_SHORT, i) & 0xffff;
            i += 2;
        }
        if (i < end) {
            // On a little-endian machine the lone byte is the low half of its word.
            a += nativeOrder((memory.get(Layouts.BYTE, i) & 0xff) << 8);
        }
        return a + b;
    }

    /** Folds an unfolded sum to 16 bits. */
    public static int fold(long sum) {
        long s = (sum & LOW_HALF) + (sum >>> 32);
        // At most 0x1_ffff_fffe now, 0x1_fffe after the next line: two more carries are enough.
        s = (s & 0xffff) + (s >>> 16 & 0xffff) + (s >>> 32);
        return (int) ((s & 0xffff) + (s >>> 16));
    }

    /** The checksum of an unfolded sum, ready to be put into a packet. */
    public static short finish(long sum) {
        return (short) ~fold(sum);
    }

    /**
     * As {@link #finish}, but never 0, which means "no checksum" in UDP (RFC 768). To TCP both
     * forms of zero are the same.
     */
    public static short finishTransport(long sum) {
        short checksum = finish(sum);
        return checksum == 0 ? (short) 0xffff : checksum;
    }

    /** A 16-bit number as it stands in a packet (network order), as a word to be summed. */
    public static int nativeOrder(int networkValue) {
        return Short.reverseBytes((short) networkValue) & 0xffff;
    }
}
