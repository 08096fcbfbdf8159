package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.control.SuiteChoice;
import dev.taltun.crypto.CipherSuite;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node loses everything but its configuration, and its peer does not know that. */
class RestartSimulationTest extends SimulationTest {
    /** Ten seconds until the silence is noticed, five for an answer, jitter, and ticks. */
    private static final double NOTICED = 15 + 0.333 + 0.2;

    private double outage(SimNode from, SimNode to) {
        long before = sim.ledger().delivered(from, to);
        double start = sim.clock().seconds();
        assertTrue(
                sim.runUntil(200, () -> sim.ledger().delivered(from, to) > before),
                "no packet from " + from + " to " + to + " in 200 s");
        return sim.clock().seconds() - start;
    }

    private void assertHealthy(SimNode a, SimNode b) {
        sim.runSeconds(1);
        sim.ledger().writeOff();
        sim.runSeconds(200);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
        assertTrue(a.isRunning() && b.isRunning());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoRestartsAndSendsIsBackAtOnce(boolean orderly) {
        Pair pair = connected();
        sim.traffic().amid(pair.a(), pair.b(), 20);
        sim.runSeconds(10);
        SimNode a = sim.restart(pair.a(), orderly, pair.b().identity().known());
        sim.traffic().amid(a, pair.b(), 20);
        double there = outage(a, pair.b());
        assertTrue(there < 0.2, "first packet there after " + there + " s");
        double back = outage(pair.b(), a);
        assertTrue(back < 0.2, "first packet back after " + back + " s");
        assertHealthy(a, pair.b());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoRestartsAndDoesNotKnowThePeersAddressIsFoundByThePeer(boolean orderly) {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode client = sim.start(a, b.known());
        SimNode server = sim.start(b, a.known().nowhere());
        sim.traffic().between(client, server, 50);
        sim.runSeconds(10);
        SimNode again = sim.restart(server, orderly, a.known().nowhere());
        sim.traffic().between(again, client, 50);
        double there = outage(client, again);
        assertTrue(there < NOTICED + 0.5, "first packet there after " + there + " s");
        double back = outage(again, client);
        assertTrue(back < 0.5, "first packet back after " + back + " s");
        assertHealthy(client, again);
    }

    private void anIdleNodeNoticesTheRestart(SuiteChoice suites, boolean orderly) {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode office = sim.start(a, b.known().suites(suites).keepalive(10).initiates());
        SimNode hub = sim.start(b, a.known().nowhere().suites(suites));
        sim.runSeconds(20 + sim.random().nextInt(20));
        SimNode again = sim.restart(hub, orderly, a.known().nowhere().suites(suites));
        sim.traffic().between(again, office, 50);
        double there = outage(again, office);
        assertTrue(there < NOTICED, "first packet there after " + there + " s");
        assertHealthy(again, office);
    }

    /** A hub that lost its sessions reaches an office that has nothing to say, within 15 s. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anIdleNodeNoticesThatItsPeerWasRestarted(boolean orderly) {
        anIdleNodeNoticesTheRestart(SuiteChoice.aes(), orderly);
    }

    @RepeatedTest(2)
    void anIdleNodeThatSticksToWireGuardsSuiteNoticesToo() {
        anIdleNodeNoticesTheRestart(SuiteChoice.chacha(), false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothRestart(boolean orderly) {
        Pair pair = connected();
        sim.runSeconds(50);
        SimNode a = sim.restart(pair.a(), orderly, pair.b().identity().known());
        SimNode b = sim.restart(pair.b(), orderly, a.identity().known());
        sim.traffic().amid(a, b, 20);
        double there = outage(a, b);
        assertTrue(there < 0.5, "first packet there after " + there + " s");
        assertHealthy(a, b);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNodeThatRestartsAllTheTimeIsBackEachTime(boolean orderly) {
        Pair pair = connected();
        SimNode a = pair.a();
        for (int i = 0; i < 20; i++) {
            sim.runSeconds(sim.random().nextInt(8));
            a = sim.restart(a, orderly, pair.b().identity().known());
            long number = sim.ledger().sent();
            a.send(pair.b());
            assertTrue(sim.runUntil(6, () -> sim.ledger().has(number)), "not back in 6 s");
            sim.ledger().writeOff();
        }
    }

    /** It agreed on another cipher suite before, which its successor does not know. */
    @RepeatedTest(2)
    void aTaltunThatPlainWireGuardReplacesIsFoundAgainUnderLoad() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode client = sim.start(a, b.known().suites(SuiteChoice.aes()));
        SimNode server = sim.start(b, a.known().nowhere().suites(SuiteChoice.aes()));
        sim.traffic().between(client, server, 20);
        // Soon every packet is a reason for a new handshake.
        sim.runSeconds(110);
        assertEquals(CipherSuite.AES_256_GCM, client.session(server).suite());
        SimNode plain =
                sim.restart(server, false, a.known().nowhere().suites(SuiteChoice.WIREGUARD));
        double there = outage(client, plain);
        assertTrue(there < NOTICED + 3 * 5.5, "first packet there after " + there + " s");
        assertHealthy(client, plain);
        assertEquals(CipherSuite.CHACHA20_POLY1305, client.session(plain).suite());
    }
}
