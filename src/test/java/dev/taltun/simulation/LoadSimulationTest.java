package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.metrics.Counter;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A flood of initiations that look right costs little and hurts nobody. */
class LoadSimulationTest extends SimulationTest {
    private static final int PER_SECOND = 1500;

    /** A node whose control agent handles fewer messages than the flood brings. */
    private SimNode.Options slow() {
        SimNode.Options options = SimNode.Options.random(sim.random());
        options.fullChance = 0;
        options.controlStep = 50 * SimClock.MILLI;
        return options;
    }

    @RepeatedTest(2)
    void underAFloodWhoHasASessionKeepsItAndWhoHasNoneGetsOne() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        Identity c = sim.identity("c");
        SimNode victim = sim.start(b, slow(), a.known(), c.known().nowhere());
        SimNode nodeA = sim.start(a, b.known());
        nodeA.send(victim);
        sim.runSeconds(2);
        victim.send(nodeA);
        sim.runSeconds(2);
        assertAllArrived();

        Attacker attacker = new Attacker(sim);
        attacker.flood(victim, PER_SECOND);
        sim.runSeconds(2);
        assertTrue(victim.count(Counter.COOKIES_SENT) > 500, "the victim asks for proof");
        sim.traffic().amid(nodeA, victim, 10);
        SimNode nodeC = sim.start(c, b.known());
        double start = sim.clock().seconds();
        nodeC.send(victim);
        boolean connected = sim.runUntil(40, () -> sim.ledger().delivered(nodeC, victim) > 0);
        assertTrue(connected, "no session in 40 s of flood");
        double took = sim.clock().seconds() - start;
        assertTrue(nodeC.count(Counter.COOKIES_RECEIVED) > 0, "by a cookie");
        victim.send(nodeC);
        sim.runSeconds(2);
        attacker.endFlood();
        sim.traffic().stop();
        sim.runSeconds(2);
        assertAllArrived();
        // Curve work for a few messages before the load was noticed, and for ours.
        long curve = victim.count(Counter.HANDSHAKE_INVALID);
        assertTrue(curve < 300, curve + " forged initiations were worth the curve");
        assertEquals(0, victim.count(Counter.HANDSHAKE_BAD_MAC));
        System.out.printf(
                "flood of %d/s: connected after %.1f s, %d cookies, %d refused by a full queue%n",
                PER_SECOND,
                took,
                victim.count(Counter.COOKIES_SENT),
                victim.count(Counter.HANDSHAKE_QUEUE_FULL));
    }

    /** What the queue drops of a first message is sent again long before five seconds are over. */
    @RepeatedTest(3)
    void aFirstMessageLostInTheFloodCostsASecond() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode victim = sim.start(b, a.known().nowhere());
        SimNode nodeA = sim.start(a, b.known());
        sim.network().cut(nodeA, victim);
        nodeA.send(victim);
        sim.runSeconds(0.5);
        sim.network().heal();
        sim.runSeconds(1);
        assertAllArrived();
    }

    @Test
    void aRekeyUnderAFloodLosesNoPacket() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode victim = sim.start(b, slow(), a.known());
        SimNode nodeA = sim.start(a, b.known());
        nodeA.send(victim);
        sim.runSeconds(2);
        sim.traffic().amid(nodeA, victim, 50);
        sim.runSeconds(110);
        Attacker attacker = new Attacker(sim);
        attacker.flood(victim, PER_SECOND);
        sim.runSeconds(60);
        assertTrue(nodeA.events().handshakes() >= 2, "rekeyed under the flood");
        attacker.endFlood();
        sim.runSeconds(60);
        sim.traffic().stop();
        sim.runSeconds(2);
        assertAllArrived();
    }

    @Test
    void aFloodedNodeIsItselfAgainSoonAfter() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode victim = sim.start(b, slow(), a.known());
        Attacker attacker = new Attacker(sim);
        attacker.flood(victim, PER_SECOND);
        sim.runSeconds(10);
        attacker.endFlood();
        sim.runSeconds(4);
        long cookies = victim.count(Counter.COOKIES_SENT);
        SimNode nodeA = sim.start(a, b.known());
        nodeA.send(victim);
        sim.runSeconds(1);
        assertAllArrived();
        assertEquals(cookies, victim.count(Counter.COOKIES_SENT));
    }

    @Test
    void aMessageWithoutMac1IsNeverAnswered() {
        Pair pair = connected();
        sim.runSeconds(20);
        Attacker attacker = new Attacker(sim);
        long sent = sim.network().datagrams();
        for (int i = 0; i < 300; i++) {
            byte[] message = attacker.initiationWithMac1(pair.a().identity().publicKey());
            sim.network().inject(attacker.anywhere(), pair.b().address(), message);
        }
        sim.runSeconds(1);
        assertEquals(300, pair.b().count(Counter.HANDSHAKE_BAD_MAC));
        assertEquals(sent + 300, sim.network().datagrams(), "an answer was sent");
    }
}
