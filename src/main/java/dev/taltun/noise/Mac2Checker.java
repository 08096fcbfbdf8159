package dev.taltun.noise;

import dev.taltun.crypto.Blake2sCookie;
import dev.taltun.crypto.SecretKey;
import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Tells in a packet thread which handshake messages carry a cookie of ours for their sender's
 * address, so that they need not queue up behind those that do not. {@link CookieChecker} has the
 * last word. Belongs to one thread; never allocates after it was made.
 */
public final class Mac2Checker {
    private final Blake2sCookie cookie = new Blake2sCookie();

    /**
     * True if mac2 of an initiation or response of checked length proves its sender's address.
     *
     * @param secret {@link CookieChecker#secret()}, whoever closes it meanwhile; null for none
     * @param high upper 64 bits of the sender's address
     * @param low lower 64 bits of the sender's address
     */
    public boolean check(
            SecretKey secret,
            long high,
            long low,
            int port,
            MemorySegment segment,
            long offset,
            int length) {
        MemorySegment key = secret == null ? null : secret.peek();
        int marked = Macs.mac2Offset(length);
        long mac2 = offset + marked;
        if (key == null || isZero(segment, mac2)) {
            return false;
        }
        return cookie.verify(key, high, low, port, segment, offset, marked, mac2);
    }

    /** Zeros stand for "no cookie yet", as in most of a flood. */
    private static boolean isZero(MemorySegment segment, long offset) {
        return (segment.get(Layouts.LE_LONG, offset)
                        | segment.get(Layouts.LE_LONG, offset + Long.BYTES))
                == 0;
    }
}
