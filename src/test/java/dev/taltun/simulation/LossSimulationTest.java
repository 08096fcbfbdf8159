package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a lossy network does not lose arrives, and sessions live on. */
class LossSimulationTest extends SimulationTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 10, 20, 30})
    void whatIsNotLostArrives(int percent) {
        sim.network()
                .conditions()
                .loss(percent / 100.0)
                .duplicate(0.02)
                .delayMillis(40)
                .jitterMillis(60);
        Pair pair = pair();
        sim.traffic().amid(pair.a(), pair.b(), 40);
        assertTrue(sim.runUntil(90, () -> sim.ledger().delivered(pair.a(), pair.b()) > 0));
        assertTrue(sim.runUntil(90, () -> sim.ledger().delivered(pair.b(), pair.a()) > 0));
        long sent = sim.ledger().sent();
        long delivered = sim.ledger().delivered();
        sim.runSeconds(400);
        double share =
                (sim.ledger().delivered() - delivered) / (double) (sim.ledger().sent() - sent);
        assertTrue(share > 0.9 * (1 - percent / 100.0), "only " + share + " arrived");

        sim.network().heal();
        sim.runSeconds(7);
        sim.ledger().writeOff();
        sim.runSeconds(200);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }
}
