package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Sessions are replaced every two minutes, and nobody notices. */
class RekeySimulationTest extends SimulationTest {
    private static final int INITIATION = 1;

    @RepeatedTest(3)
    void aRekeyUnderLoadLosesNothingOnANetworkThatReordersAndRepeats() {
        sim.network().conditions().duplicate(0.1).delayMillis(30).jitterMillis(100);
        Pair pair = pair();
        sim.traffic().amid(pair.a(), pair.b(), 15);
        sim.runSeconds(400);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
        assertTrue(pair.a().events().handshakes() >= 4, "three rekeys and the first");
        assertTrue(sim.network().overtaken() > 1000 && sim.network().repeated() > 1000);
    }

    @RepeatedTest(2)
    void ifOnlyOneSendsAndItIsNotTheInitiatorNothingIsLostEither() {
        sim.network().conditions().duplicate(0.05).delayMillis(100).jitterMillis(50);
        Pair pair = connected();
        sim.traffic().between(pair.b(), pair.a(), 50);
        sim.runSeconds(600);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
        assertTrue(pair.a().events().handshakes() >= 5);
    }

    @RepeatedTest(2)
    void ifOnlyTheInitiatorSendsNothingIsLostEither() {
        sim.network().conditions().duplicate(0.05).delayMillis(100).jitterMillis(50);
        Pair pair = connected();
        sim.traffic().between(pair.a(), pair.b(), 50);
        sim.runSeconds(600);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
        assertTrue(pair.a().events().handshakes() >= 5);
    }

    /** Two hours: sixty rekeys, each of them met by a burst of packets both ways. */
    @Test
    void twoHoursLoseNoPacket() {
        sim.network().conditions().duplicate(0.02).delayMillis(15).jitterMillis(40);
        SimNode.Options options = SimNode.Options.random(sim.random());
        options.fullChance = 0;
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, options, b.known());
        SimNode nodeB = sim.start(b, options, a.known());
        // Before the first session a burst may be more than a peer may have waiting: 128 packets.
        nodeA.send(nodeB);
        sim.runSeconds(2);
        sim.network().tap(datagram -> burst(datagram, nodeA, nodeB));
        sim.traffic().amid(nodeA, nodeB, 400);
        sim.runSeconds(7200);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
        int sessions = nodeA.events().handshakes();
        assertTrue(sessions >= 59, sessions + " sessions");
        assertTrue(nodeA.keys().most() <= 10, nodeA.keys().most() + " keys at once");
        System.out.printf(
                "two hours: %d packets, %d missing, %d sessions; %s%n",
                sim.ledger().sent(), sim.ledger().missing(), sessions, sim.network().statistics());
    }

    private void burst(Network.Datagram datagram, SimNode a, SimNode b) {
        if (datagram.type() != INITIATION) {
            return;
        }
        for (int i = 0; i < 300; i++) {
            long when = sim.random().nextLong(150 * SimClock.MILLI);
            SimNode from = i % 2 == 0 ? a : b;
            SimNode to = i % 2 == 0 ? b : a;
            sim.after(when, () -> from.send(to));
        }
    }
}
