package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Nodes and NATs change addresses while packets flow. */
class RoamingSimulationTest extends SimulationTest {
    private static final double WAY = 0.020;

    private int nextHost = 100;

    private Endpoint elsewhere() {
        return sim.outer(nextHost++, 1024 + sim.random().nextInt(60_000));
    }

    @RepeatedTest(4)
    void whoMovesIsFoundAgainWithItsFirstPacket() {
        Pair pair = connected();
        for (int i = 0; i < 6; i++) {
            SimNode mover = i % 2 == 0 ? pair.a() : pair.b();
            SimNode other = i % 2 == 0 ? pair.b() : pair.a();
            sim.traffic().amid(pair.a(), pair.b(), 5);
            sim.runSeconds(2);
            Endpoint next = elsewhere();
            sim.trace().note(mover.name(), "moves to " + next);
            mover.socket().moveTo(next);
            long lost = sim.ledger().missing(sent -> sent.packet().source() == mover.number());
            sim.runSeconds(1);
            sim.traffic().stop();
            sim.runSeconds(1);
            // What the mover sent all arrives, though its own old address is refused as source.
            assertTrue(
                    sim.ledger().missing(sent -> sent.packet().source() == mover.number()) <= lost);
            long blind = sim.ledger().missing(sent -> sent.packet().source() == other.number());
            // The other sent to the old address for a way there and back, at one packet in 5 ms
            // and bursts now and then.
            assertTrue(blind < 120, blind + " lost");
            assertEquals(next.withoutLocal(), other.peer(mover).endpoint().withoutLocal());
            sim.ledger().writeOff();
        }
        assertTrue(pair.b().events().count("roamed: a") >= 1);
    }

    @RepeatedTest(3)
    void aNatThatRebindsIsNoticedWithTheNextPacket() {
        Pair pair = connected();
        for (int i = 0; i < 5; i++) {
            pair.a().socket().rebindTo(elsewhere());
            pair.a().send(pair.b());
            sim.runSeconds(2 * WAY);
            pair.b().send(pair.a());
            sim.runSeconds(2 * WAY);
            assertAllArrived();
            assertEquals(
                    pair.a().address().withoutLocal(),
                    pair.b().peer(pair.a()).endpoint().withoutLocal());
        }
    }

    @Test
    void aHeartbeatKeepsASilentNodeBehindANatReachable() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known().keepalive(10).initiates());
        SimNode nodeB = sim.start(b, a.known().nowhere());
        sim.runSeconds(5);
        for (int i = 0; i < 20; i++) {
            nodeA.socket().rebindTo(elsewhere());
            sim.runSeconds(12 + sim.random().nextInt(20));
            nodeB.send(nodeA);
            sim.runSeconds(0.1);
            assertAllArrived();
        }
    }

    @Test
    void bothMoveAtOnceAndTheOneWithANameIsFound() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        sim.name("b.example", b.home());
        SimNode nodeA = sim.start(a, b.known().named("b.example"));
        SimNode nodeB = sim.start(b, a.known().nowhere());
        nodeA.send(nodeB);
        // Soon every packet is a reason for a new handshake; the name is asked for nevertheless.
        sim.runSeconds(110);
        assertAllArrived();
        nodeA.socket().moveTo(elsewhere());
        nodeB.socket().moveTo(elsewhere());
        sim.name("b.example", nodeB.address());
        sim.traffic().amid(nodeA, nodeB, 20);
        boolean found = sim.runUntil(60, () -> sim.ledger().delivered(nodeB, nodeA) > 0);
        assertTrue(found, "not found again in 60 s");
        sim.ledger().writeOff();
        sim.runSeconds(30);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }

    /** While the one that moved is offline, it is looked for where it is configured, too. */
    @RepeatedTest(3)
    void whoMovedAndWasAwayIsFoundWhereItWasLast() {
        Pair pair = connected();
        pair.b().socket().moveTo(elsewhere());
        pair.b().send(pair.a());
        sim.runSeconds(1);
        pair.b().socket().offline(true);
        sim.network().cut(pair.a(), pair.b());
        sim.traffic().between(pair.a(), pair.b(), 300);
        sim.runSeconds(30 + sim.random().nextInt(300));
        sim.network().heal();
        pair.b().socket().offline(false);
        sim.ledger().writeOff();
        long before = sim.ledger().delivered();
        assertTrue(sim.runUntil(12, () -> sim.ledger().delivered() > before), "not in 12 s");
        sim.runSeconds(6);
        sim.ledger().writeOff();
        sim.runSeconds(30);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }

    @RepeatedTest(3)
    void movesDuringRekeysAndOfflineTimesHeal() {
        Pair pair = connected();
        sim.traffic().amid(pair.a(), pair.b(), 20);
        for (int i = 0; i < 4; i++) {
            sim.runSeconds(100 + sim.random().nextInt(40));
            pair.a().socket().offline(true);
            sim.runSeconds(sim.random().nextInt(3));
            pair.a().socket().moveTo(elsewhere());
            pair.a().socket().offline(false);
            sim.runSeconds(6);
            sim.ledger().writeOff();
            sim.runSeconds(5);
            sim.traffic().stop();
            sim.runSeconds(1);
            assertAllArrived();
            sim.traffic().amid(pair.a(), pair.b(), 20);
        }
    }
}
