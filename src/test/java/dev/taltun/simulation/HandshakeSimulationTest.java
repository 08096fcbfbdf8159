package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.RepeatedTest;

/** From nothing to data both ways. */
class HandshakeSimulationTest extends SimulationTest {
    @RepeatedTest(5)
    void aPacketIsHeldForTheHandshakeAndThenBothWaysWork() {
        Pair pair = pair();
        pair.a().send(pair.b());
        sim.runSeconds(0.5);
        assertEquals(0, sim.ledger().missing(), sim.ledger()::missingText);
        pair.b().send(pair.a());
        sim.runSeconds(0.5);
        assertEquals(0, sim.ledger().missing(), sim.ledger()::missingText);
        assertTrue(sim.ledger().slowest() < 100 * SimClock.MILLI);
    }
}
