package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.metrics.Counter;
import org.junit.jupiter.api.RepeatedTest;
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

    /** A socket that is full now and then is no loss, and changes no order. */
    @RepeatedTest(2)
    void fullSocketsDelayPacketsAndKeepTheirOrder() {
        SimNode.Options options = SimNode.Options.random(sim.random());
        options.fullChance = 0.3;
        options.stallChance = 0.1;
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, options, b.known());
        SimNode nodeB = sim.start(b, options, a.known());
        nodeA.send(nodeB);
        sim.runSeconds(1);
        nodeB.send(nodeA);
        sim.runSeconds(1);
        sim.traffic().amid(nodeA, nodeB, 2);
        sim.runSeconds(20);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
        assertEquals(0, sim.ledger().overtaken());
        assertTrue(nodeA.count(Counter.UDP_QUEUE_HANDOVERS) > 100, "the socket was full");
    }
}
