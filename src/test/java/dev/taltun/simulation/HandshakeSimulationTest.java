package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.SecretKey;
import dev.taltun.metrics.Counter;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From nothing to data both ways, or to nothing if the keys are not right. */
class HandshakeSimulationTest extends SimulationTest {
    @RepeatedTest(5)
    void aPacketIsHeldForTheHandshakeAndThenBothWaysWork() {
        sim.plainSuites();
        Pair pair = pair();
        pair.a().send(pair.b());
        sim.runSeconds(0.5);
        assertAllArrived();
        pair.b().send(pair.a());
        sim.runSeconds(0.5);
        assertAllArrived();
        // Three times the way, and what agents were kept waiting.
        assertTrue(sim.ledger().slowest() < 100 * SimClock.MILLI);
        assertEquals(1, pair.a().events().handshakes());
        assertEquals(1, pair.b().events().handshakes());
    }

    @RepeatedTest(5)
    void allThatAPeerHoldsIsSentOnceThereIsASession() {
        Pair pair = pair();
        for (int i = 0; i < 16; i++) {
            pair.a().send(pair.b(), i % 2 == 0, 8, 100 + i * 60);
        }
        sim.runSeconds(1);
        assertAllArrived();
        assertEquals(128, sim.ledger().delivered());
    }

    /** What was held for the handshake is not overtaken by what comes when it is over. */
    @RepeatedTest(10)
    void aFlowThatBeginsColdStaysInOrder() {
        SimNode.Options options = new SimNode.Options();
        options.stallChance = 0.3;
        sim.network().conditions().delayMillis(1);
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, options, b.known());
        SimNode nodeB = sim.start(b, options, a.known());
        // The initiator has a session with the response, the other with what follows it.
        for (int i = 0; i < 400; i++) {
            nodeA.send(nodeB, false, 1, 60);
            if (i >= 8) {
                nodeB.send(nodeA, false, 1, 60);
            }
            sim.runMillis(0.2);
        }
        sim.runSeconds(1);
        assertAllArrived();
        assertEquals(0, sim.ledger().overtaken());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 50, 500, 2000})
    void bothStartAtOnce(double delayMillis) {
        sim.network().conditions().delayMillis(delayMillis).jitterMillis(delayMillis / 4 + 1);
        Pair pair = pair();
        for (int i = 0; i < 20; i++) {
            pair.a().send(pair.b());
            pair.b().send(pair.a());
            sim.runMillis(sim.random().nextInt(10));
        }
        sim.runSeconds(delayMillis / 1000 * 5 + 7);
        assertAllArrived();
        sim.traffic().amid(pair.a(), pair.b(), 20);
        sim.runSeconds(10);
        sim.traffic().stop();
        sim.runSeconds(10);
        assertAllArrived();
    }

    @RepeatedTest(3)
    void twoClientsStartAtOnceWithNothingToSend() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known().initiates());
        SimNode nodeB = sim.start(b, a.known().initiates());
        sim.runSeconds(12);
        assertTrue(nodeA.session(nodeB) != null && nodeB.session(nodeA) != null);
        nodeA.send(nodeB);
        nodeB.send(nodeA);
        // What they have is a session: no new handshake is needed.
        sim.runMillis(50);
        assertAllArrived();
    }

    /** The responder may send only after the initiator has, so that sends an empty packet. */
    @RepeatedTest(2)
    void whoIsConnectedToButNotSentToMaySendAtOnce() {
        sim.plainSuites();
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode client = sim.start(a, b.known().initiates());
        SimNode server = sim.start(b, a.known().nowhere());
        sim.runSeconds(0.5);
        server.send(client);
        sim.runSeconds(0.1);
        assertAllArrived();
        assertEquals(1, server.events().handshakes());
    }

    @Test
    void theSamePresharedKeyOnBothSidesWorks() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SecretKey psk = secret();
        SimNode nodeA = sim.start(a, b.known().psk(psk));
        SimNode nodeB = sim.start(b, a.known().psk(psk));
        nodeA.send(nodeB);
        sim.runSeconds(1);
        nodeB.send(nodeA);
        sim.runSeconds(1);
        assertAllArrived();
    }

    @Test
    void differentPresharedKeysGiveNoSessionAndAWarning() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known().psk(secret()));
        SimNode nodeB = sim.start(b, a.known());
        nodeA.send(nodeB);
        sim.runSeconds(130);
        assertEquals(0, sim.ledger().delivered());
        assertNull(nodeA.session(nodeB));
        assertNull(nodeB.session(nodeA));
        assertTrue(nodeA.events().count("not authentic: b") >= 1);
        assertTrue(nodeA.events().count("not authentic: b") <= 3, "at most once a minute");
        assertEquals(1, nodeA.events().count("gave up: b, dropped 1"));
        long attempts = nodeA.count(Counter.HANDSHAKE_INITIATIONS_SENT);
        assertTrue(attempts == 20 || attempts == 21, attempts + " attempts");
        assertEquals(attempts, nodeA.count(Counter.HANDSHAKE_INVALID));
        sim.ledger().writeOff();

        // Now the user mends it.
        SecretKey psk = secret();
        nodeA.commands().update(b.known().psk(psk).spec());
        nodeB.commands().update(a.known().psk(psk).spec());
        sim.runSeconds(6);
        nodeA.send(nodeB);
        sim.runSeconds(6);
        assertAllArrived();
    }

    @Test
    void aPeerWithAnotherKeyThanExpectedIsNotAnswered() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        Identity other = sim.identity("other");
        SimNode nodeA = sim.start(a, b.known().publicKey(other.publicKey()));
        SimNode nodeB = sim.start(b, a.known());
        nodeA.send(nodeB);
        sim.runSeconds(120);
        assertEquals(0, sim.ledger().delivered());
        assertEquals(
                nodeA.count(Counter.HANDSHAKE_INITIATIONS_SENT),
                nodeB.count(Counter.HANDSHAKE_BAD_MAC));
        assertEquals(0, nodeB.count(Counter.HANDSHAKE_RESPONSES_SENT));
        assertEquals(0, nodeB.count(Counter.UDP_MESSAGES_SENT));
    }

    @Test
    void aStrangerIsToldOfAndNotAnswered() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known());
        SimNode nodeB = sim.start(b);
        nodeA.send(nodeB);
        sim.runSeconds(120);
        assertEquals(
                nodeA.count(Counter.HANDSHAKE_INITIATIONS_SENT),
                nodeB.count(Counter.HANDSHAKE_UNKNOWN_PEER));
        assertEquals(0, nodeB.count(Counter.UDP_MESSAGES_SENT));
        assertTrue(nodeB.events().count("unknown: " + a.publicKey().abbreviated()) >= 1);
        sim.ledger().writeOff();

        nodeB.commands().add(java.util.List.of(a.known().nowhere().spec()));
        nodeA.send(nodeB);
        sim.runSeconds(1);
        nodeB.send(nodeA);
        sim.runSeconds(1);
        assertAllArrived();
    }

    @Test
    void aNameIsResolvedBeforeTheFirstHandshake() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known().named("b.example"));
        SimNode nodeB = sim.start(b, a.known().nowhere());
        nodeA.send(nodeB);
        sim.runSeconds(10);
        assertEquals(0, sim.network().datagrams());
        assertEquals(1, nodeA.events().count("unresolved: b.example"));
        sim.name("b.example", b.home());
        sim.runSeconds(20);
        assertEquals(1, nodeA.events().count("resolved: b.example"));
        assertAllArrived();
    }
}
