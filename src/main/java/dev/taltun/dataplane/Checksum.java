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
        long sum = initial;
        int words = length >>> 2;
        // So plain that the compiler makes SIMD of it, which unrolling by hand prevents.
        for (int i = 0; i < words; i++) {
            sum += memory.get(Layouts.NATIVE_INT, offset + 4L * i) & LOW_HALF;
        }
        long rest = offset + 4L * words;
        if ((length & 2) != 0) {
            sum += memory.get(Layouts.NATIVE_SHORT, rest) & 0xffff;
            rest += 2;
        }
        if ((length & 1) != 0) {
            // On a little-endian machine the lone byte is the low half of its word.
            sum += nativeOrder((memory.get(Layouts.BYTE, rest) & 0xff) << 8);
        }
        return sum;
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

    /**
     * The checksum after one of the words it covers has changed: HC' = ~(~HC + ~m + m') (RFC 1624,
     * equation 3). All in one order, whichever.
     */
    public static int replace(int checksum, int before, int after) {
        int sum = (~checksum & 0xffff) + (~before & 0xffff) + (after & 0xffff);
        sum = (sum & 0xffff) + (sum >>> 16);
        return ~(sum + (sum >>> 16)) & 0xffff;
    }

    /** A 16-bit number as it stands in a packet (network order), as a word to be summed. */
    public static int nativeOrder(int networkValue) {
        return Short.reverseBytes((short) networkValue) & 0xffff;
    }
}
