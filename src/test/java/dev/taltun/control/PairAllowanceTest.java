package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.PublicKey;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PairAllowanceTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int AT_ONCE = 3;

    private final PairAllowance allowance = new PairAllowance(SECOND, AT_ONCE, 4711);

    private static PublicKey key(int number) {
        return PublicKey.copyOf(ByteBuffer.allocate(32).putInt(28, number).array());
    }

    @Test
    void onePairIsLimitedAndTheOtherWayRoundIsAnother() {
        long now = 1000 * SECOND;
        for (int i = 0; i < AT_ONCE; i++) {
            assertTrue(allowance.take(key(1), key(2), now));
        }
        assertFalse(allowance.take(key(1), key(2), now));
        assertTrue(allowance.take(key(2), key(1), now));
        assertTrue(allowance.take(key(1), key(2), now + SECOND));
        assertFalse(allowance.take(key(1), key(2), now + SECOND));
    }

    /** One asker that asks for all leaves enough for everybody else, and for nearly all of its. */
    @Test
    void whoUsesAllOfManyPairsTakesNothingFromOthers() {
        long now = 1000 * SECOND;
        int refused = 0;
        for (int other = 2; other < 502; other++) {
            for (int i = 0; i < AT_ONCE; i++) {
                refused += allowance.take(key(1), key(other), now) ? 0 : 1;
            }
        }
        assertTrue(refused < 50, refused + " refused");
        int starved = 0;
        for (int asker = 1000; asker < 2000; asker++) {
            starved += allowance.take(key(asker), key(7), now) ? 0 : 1;
        }
        assertTrue(starved < 50, starved + " starved");
    }

    @Test
    void anotherSecretSharesOtherPlaces() {
        long now = 1000 * SECOND;
        assertEquals(0, sharing(new PairAllowance(SECOND, 1, 1), now, sharedBy(4711, now)));
    }

    /** An asked one that shares its place with the pair of 1 and 2, under this secret. */
    private static int sharedBy(long secret, long now) {
        PairAllowance full = new PairAllowance(SECOND, 1, secret);
        full.take(key(1), key(2), now);
        int other = 3;
        while (full.take(key(1), key(other), now)) {
            other++;
        }
        return other;
    }

    private static int sharing(PairAllowance fresh, long now, int other) {
        fresh.take(key(1), key(2), now);
        return fresh.take(key(1), key(other), now) ? 0 : 1;
    }
}
