package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.metrics.Counter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Spokes that reach each other through a hub only. */
class RelaySimulationTest extends SimulationTest {
    private static final int SPOKES = 3;

    private final List<Identity> who = new ArrayList<>();
    private final List<SimNode> spokes = new ArrayList<>();
    private SimNode hub;

    @BeforeEach
    void connect() {
        Identity hubIs = sim.identity("hub");
        List<Identity.Known> known = new ArrayList<>();
        for (int i = 0; i < SPOKES; i++) {
            who.add(sim.identity("s" + i));
            known.add(who.get(i).known().nowhere());
        }
        SimNode.Options options = SimNode.Options.random(sim.random());
        options.relay = true;
        hub = sim.start(hubIs, options, known.toArray(Identity.Known[]::new));
        for (Identity spoke : who) {
            Identity.Known toHub = hubIs.known().initiates();
            who.stream().filter(other -> other != spoke).forEach(toHub::allows);
            spokes.add(sim.start(spoke, toHub));
        }
        sim.runSeconds(1);
    }

    private void everybodyTalks(double everyMillis) {
        sim.traffic().amid(spokes.get(0), spokes.get(1), everyMillis);
        sim.traffic().amid(spokes.get(1), spokes.get(2), everyMillis);
        sim.traffic().amid(spokes.get(2), hub, everyMillis);
    }

    @RepeatedTest(3)
    void packetsArriveAcrossRekeys() {
        sim.network().conditions().duplicate(0.05).jitterMillis(30);
        everybodyTalks(50);
        sim.runSeconds(400);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
        assertTrue(hub.count(Counter.PACKETS_RELAYED) > 10_000);
    }

    /**
     * What is lost is lost on the wire, or counted: the simulation balances the books at its end.
     */
    @Test
    void lossesAreAccountedFor() {
        sim.network().conditions().loss(0.1).jitterMillis(30);
        everybodyTalks(20);
        sim.runSeconds(200);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertTrue(hub.count(Counter.PACKETS_RELAYED) > 10_000);
        sim.ledger().writeOff();
    }

    /** The hub has lost its sessions with one spoke: packets for it wait for the handshake. */
    @Test
    void packetsWaitForAHandshakeOfTheHub() {
        everybodyTalks(50);
        sim.runSeconds(5);
        sim.traffic().stop();
        // Everybody's sessions expire, but the first's, which talks to the hub.
        sim.traffic().amid(spokes.get(0), hub, 500);
        sim.runSeconds(400);
        sim.traffic().stop();
        sim.runSeconds(1);
        long relayed = hub.count(Counter.PACKETS_RELAYED);
        spokes.get(0).send(spokes.get(1), false, 3, 100);
        sim.runSeconds(1);
        assertAllArrived();
        assertEquals(relayed + 3, hub.count(Counter.PACKETS_RELAYED));
    }
}
