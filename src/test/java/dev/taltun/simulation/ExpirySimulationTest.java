package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.metrics.Counter;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Sessions and hopes end: 180 seconds of age, 90 seconds without an answer. */
class ExpirySimulationTest extends SimulationTest {
    @RepeatedTest(3)
    void afterSilenceAPacketIsHeldForANewHandshake() {
        sim.plainSuites();
        Pair pair = connected();
        for (int i = 0; i < 4; i++) {
            sim.runSeconds(200 + sim.random().nextInt(600));
            assertEquals(0, pair.a().keys().open(), "keys must not outlive the session");
            assertEquals(0, pair.b().keys().open(), "keys must not outlive the session");
            SimNode from = i % 2 == 0 ? pair.b() : pair.a();
            SimNode to = i % 2 == 0 ? pair.a() : pair.b();
            from.send(to);
            from.send(to);
            sim.runSeconds(0.2);
            assertAllArrived();
            to.send(from);
            sim.runSeconds(0.1);
            assertAllArrived();
        }
        assertEquals(5, pair.a().events().handshakes());
    }

    /** Sent at any age, also at those where the session goes at one end and not at the other. */
    @Test
    void aPacketAtAnyAgeArrives() {
        sim.network().conditions().delayMillis(200);
        Pair pair = connected();
        for (int i = 0; i < 60; i++) {
            sim.runSeconds(179 + 0.05 * i + 0.05 * sim.random().nextDouble());
            pair.a().send(pair.b());
            sim.runSeconds(8);
            pair.b().send(pair.a());
            sim.runSeconds(8);
        }
        // A packet sent under a session that is too old when it gets there is the one that is lost.
        assertTrue(sim.ledger().missing() <= 6, () -> sim.ledger().missingText());
        sim.ledger().writeOff();
    }

    /** The responder made its session earlier than the initiator, by one way. */
    @Test
    void aPacketThatComesTooLateForItsSessionIsDropped() {
        sim.plainSuites();
        sim.network().conditions().delayMillis(200);
        Pair pair = pair();
        pair.a().send(pair.b());
        sim.runSeconds(1);
        for (int i = 0; i < 40; i++) {
            long end = pair.a().session(pair.b()).createdNanos() + 180 * SimClock.SECOND;
            long now = sim.clock().nanoTime();
            sim.run(end - now - 500 * SimClock.MILLI + i * 15 * SimClock.MILLI);
            pair.a().send(pair.b());
            // The audit of keys fails should one be used that is too old.
            sim.runSeconds(2);
        }
        assertTrue(sim.ledger().delivered() > 5 && sim.ledger().missing() > 5);
        sim.ledger().writeOff();
    }

    @RepeatedTest(3)
    void aDeadPeerIsGivenUpAndFoundAgainWhenThereIsData() {
        Pair pair = pair();
        sim.network().cut(pair.a(), pair.b());
        for (int i = 0; i < 5; i++) {
            pair.a().send(pair.b());
        }
        sim.runSeconds(88);
        assertEquals(0, pair.a().events().count("gave up"));
        assertTrue(pair.a().events().count("silent: b") >= 1);
        sim.runSeconds(14);
        assertEquals(1, pair.a().events().count("gave up: b, dropped 5"));
        assertEquals(5, pair.a().count(Counter.DROP_STAGED));
        long initiations = pair.a().count(Counter.HANDSHAKE_INITIATIONS_SENT);
        assertTrue(initiations >= 19 && initiations <= 21, initiations + " initiations");
        sim.ledger().writeOff();

        sim.runSeconds(1000);
        assertEquals(initiations, pair.a().count(Counter.HANDSHAKE_INITIATIONS_SENT));
        assertEquals(0, pair.a().indices());

        pair.a().send(pair.b());
        sim.runSeconds(20);
        sim.network().heal();
        sim.runSeconds(6);
        assertAllArrived();
    }

    @RepeatedTest(3)
    void aPeerThatDiesInASessionIsNoticedAndBackSoonAfterTheNetworkIs() {
        Pair pair = connected();
        sim.traffic().amid(pair.a(), pair.b(), 50);
        sim.runSeconds(5);
        sim.network().cut(pair.a(), pair.b());
        double cut = 1 + sim.random().nextInt(300);
        sim.runSeconds(cut);
        sim.network().heal();
        sim.ledger().writeOff();
        long before = sim.ledger().delivered();
        double start = sim.clock().seconds();
        assertTrue(sim.runUntil(20, () -> sim.ledger().delivered() > before));
        double outage = sim.clock().seconds() - start;
        assertTrue(outage < 5.6, "back after " + outage + " s");
        sim.runSeconds(6);
        sim.ledger().writeOff();
        sim.runSeconds(200);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }

    @Test
    void whatIsHeldForAPeerIsBoundedAndCounted() {
        Pair pair = pair();
        sim.network().cut(pair.a(), pair.b());
        for (int i = 0; i < 500; i++) {
            pair.a().send(pair.b());
            sim.runMillis(1);
        }
        sim.runMillis(100);
        assertEquals(500 - 128, pair.a().count(Counter.DROP_STAGED));
        sim.network().heal();
        sim.runSeconds(7);
        assertEquals(128, sim.ledger().delivered());
        assertEquals(500 - 128, sim.ledger().missing());
        sim.ledger().writeOff();
    }
}
