package dev.taltun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LossFreeSearchTest {
    private static final double SENDER = 300_000;

    /** A link that carries so many packets per second and loses the rest. */
    private static LossFreeSearch run(double capacity, double guess, int probes) {
        double loss = Math.max(0, 1 - capacity / SENDER);
        LossFreeSearch search = new LossFreeSearch(SENDER, guess, loss, probes);
        int asked = 0;
        while (!search.isDone()) {
            double rate = search.next();
            double sent = Math.min(rate, SENDER);
            search.report(rate, sent, Math.max(0, 1 - capacity / sent));
            asked++;
        }
        assertTrue(asked <= probes, asked + " probes");
        return search;
    }

    @ParameterizedTest
    @ValueSource(doubles = {900, 20_000, 77_000, 140_000, 299_000})
    void findsTheCapacityFromBelow(double capacity) {
        double found = run(capacity, capacity * 1.2, 16).result();
        assertTrue(found <= capacity * 1.002, found + " for " + capacity);
        assertTrue(found >= capacity * 0.94, found + " for " + capacity);
    }

    @Test
    void fewProbesGiveALowerBound() {
        double found = run(77_000, 90_000, 4).result();
        assertTrue(found > 30_000 && found <= 77_100, "found " + found);
    }

    @Test
    void aFloodWithoutLossIsTheAnswer() {
        LossFreeSearch search = new LossFreeSearch(80_000, 79_950, 0.0005, 5);
        assertTrue(search.isDone());
        assertEquals(79_950, search.result());
    }

    @Test
    void endsWhenTheSenderIsTheLimit() {
        LossFreeSearch search = new LossFreeSearch(80_000, 40_000, 0.5, 5);
        search.report(search.next(), 20_000, 0);
        assertTrue(search.isDone());
        assertEquals(20_000, search.result());
    }

    @Test
    void nothingIsFoundWhereEveryRateLoses() {
        assertEquals(0, run(0, 100, 6).result());
    }

    @Test
    void onePacketInAThousandMayBeLost() {
        LossFreeSearch search = new LossFreeSearch(80_000, 40_000, 0.5, 5);
        search.report(40_000, 40_000, 0.0011);
        assertEquals(0, search.result());
        search.report(20_000, 20_000, 0.0009);
        assertEquals(20_000, search.result());
    }
}
