package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SourceSharesTest {
    private static final long MILLI = 1_000_000;

    private final SourceShares shares = new SourceShares();
    private long now = 1_000_000_000;

    private int taken(long high, long low, boolean ipv4) {
        int count = 0;
        for (int i = 0; i < 5000; i++) {
            count += shares.take(high, low, ipv4, now) ? 1 : 0;
        }
        return count;
    }

    @Test
    void oneSourceGetsFarLessThanTheQueueAndAgainLater() {
        int share = taken(0, 7, true);
        assertTrue(share > 1 && share < 100, () -> "share " + share);
        assertFalse(shares.take(0, 7, true, now));
        now += 11 * MILLI;
        assertEquals(share, taken(0, 7, true));
    }

    @Test
    void aNetworkOf64BitsIsOneSource() {
        int share = taken(5, 1, false);
        assertEquals(0, taken(5, 2, false));
        assertTrue(taken(6, 1, false) > 0 || taken(7, 1, false) > 0);
        assertTrue(share > 0);
    }

    @Test
    void otherSourcesKeepTheirs() {
        taken(0, 1, true);
        int served = 0;
        for (int i = 2; i < 102; i++) {
            served += shares.take(0, i, true, now) ? 1 : 0;
        }
        // Two that meet in the table share; by chance, one in a thousand.
        assertTrue(served >= 98, "served " + served);
    }
}
