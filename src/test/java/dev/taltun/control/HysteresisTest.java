package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How often a path may move. */
class HysteresisTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long SHORT = 5 * SECOND;
    private static final long LONG = 61 * SECOND;

    private final Hysteresis hysteresis = new Hysteresis();
    private long now = 1000 * SECOND;

    private long holdAfterFailure(long direct) {
        hysteresis.failed(direct, now);
        return (hysteresis.holdUntil() - now) / SECOND;
    }

    @Test
    void onePathThatFailsAgainAndAgainWaitsTwiceAsLongEachTime() {
        assertEquals(4, holdAfterFailure(SHORT));
        assertEquals(8, holdAfterFailure(SHORT));
        assertEquals(16, holdAfterFailure(SHORT));
        for (int i = 0; i < 10; i++) {
            holdAfterFailure(SHORT);
        }
        assertEquals(64, holdAfterFailure(SHORT), "about a minute at most");
    }

    @Test
    void whatLastedBeginsAnew() {
        holdAfterFailure(SHORT);
        holdAfterFailure(SHORT);
        assertEquals(2, holdAfterFailure(LONG));
        holdAfterFailure(SHORT);
        hysteresis.taken(LONG);
        assertEquals(4, holdAfterFailure(SHORT));
    }

    @Test
    void anotherNetworkOwesNothing() {
        holdAfterFailure(SHORT);
        hysteresis.doubted(now);
        hysteresis.forget();
        assertTrue(hysteresis.holdUntil() <= now);
        hysteresis.doubted(now);
        assertTrue(hysteresis.proven());
    }

    @Test
    void theOftenerItWasInDoubtTheMoreAnswersItTakes() {
        for (int answers = 1; answers <= 5; answers++) {
            hysteresis.doubted(now);
            for (int i = 1; i < answers; i++) {
                assertFalse(hysteresis.proven());
            }
            assertTrue(hysteresis.proven());
            now += SHORT;
        }
        now += LONG;
        hysteresis.doubted(now);
        assertTrue(hysteresis.proven());
    }
}
