package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.control.SuiteChoice;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Empty packets: when they are due, and that there are none otherwise. */
class KeepaliveSimulationTest extends SimulationTest {
    private static final double TICK = 0.068;
    private static final int KEEPALIVE = 32;

    /** Of a Taltun engine: it asks for an answer. */
    private static final int PROBE = 64;

    private static final int INITIATION = 148;

    /** Whether it goes out because there is nothing to say. */
    private static boolean isHeartbeat(Network.Datagram datagram) {
        return datagram.length() == KEEPALIVE || datagram.length() == PROBE;
    }

    private static double seconds(Network.Datagram datagram) {
        return (datagram.at() - SimClock.ORIGIN) / (double) SimClock.SECOND;
    }

    @RepeatedTest(3)
    void dataThatIsNotAnsweredIsAcknowledgedAfterTenSeconds() {
        Pair pair = connected();
        sim.runSeconds(30);
        List<Network.Datagram> record = sim.network().record();
        double start = sim.clock().seconds();
        pair.a().send(pair.b());
        sim.runSeconds(60);
        assertAllArrived();
        assertEquals(2, record.size(), "the packet and its acknowledgment");
        Network.Datagram keepalive = record.get(1);
        assertEquals(KEEPALIVE, keepalive.length());
        assertEquals(pair.b().socket(), keepalive.from());
        double wait = seconds(keepalive) - start - 0.02;
        assertTrue(wait >= 10 && wait < 10 + TICK + 0.02, "after " + wait + " s");
    }

    @Test
    void whileBothSendNothingIsAdded() {
        Pair pair = connected();
        sim.runSeconds(30);
        List<Network.Datagram> record = sim.network().record();
        for (int i = 0; i < 8; i++) {
            pair.a().send(pair.b());
            sim.runSeconds(4);
            pair.b().send(pair.a());
            sim.runSeconds(4);
        }
        assertEquals(16, record.size());
    }

    /** Neither heartbeat nor rekey, and the control agents sleep. */
    @RepeatedTest(2)
    void idleNodesAreSilentAndAsleep() {
        Pair pair = connected();
        sim.runSeconds(30);
        List<Network.Datagram> record = sim.network().record();
        sim.runSeconds(600);
        assertEquals(List.of(), record);
        assertEquals(0, pair.a().keys().open());
        int steps = pair.a().controlSteps();
        sim.runSeconds(100_000);
        assertEquals(List.of(), record);
        assertEquals(steps, pair.a().controlSteps());
        assertEquals(Long.MAX_VALUE, pair.a().nextDeadline());
        assertEquals(Long.MAX_VALUE, pair.b().nextDeadline());
    }

    @RepeatedTest(2)
    void aHeartbeatComesAfterTheConfiguredSilence() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known().keepalive(25));
        SimNode nodeB = sim.start(b, a.known());
        nodeA.send(nodeB);
        sim.runSeconds(60);
        List<Network.Datagram> record = sim.network().record();
        sim.runSeconds(3600);
        double last = -1;
        int heartbeats = 0;
        for (Network.Datagram datagram : record) {
            if (datagram.from() == nodeA.socket() && isHeartbeat(datagram)) {
                heartbeats++;
            }
            double at = seconds(datagram);
            assertTrue(last < 0 || at - last < 25 + 2 * TICK, "silent until " + at + " s");
            last = at;
        }
        assertTrue(heartbeats > 3600 / 26, heartbeats + " heartbeats");
        // It is a session all the time, so packets need not wait.
        assertNotNull(nodeA.session(nodeB));
        nodeB.send(nodeA);
        sim.runSeconds(0.05);
        assertAllArrived();
    }

    @RepeatedTest(2)
    void whoInitiatesAndKeepsAliveIsAlwaysConnected() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known().keepalive(10).initiates());
        SimNode nodeB = sim.start(b, a.known().nowhere());
        sim.runSeconds(1);
        for (int i = 0; i < 60; i++) {
            sim.runSeconds(sim.random().nextDouble() * 60);
            nodeB.send(nodeA);
            sim.runSeconds(0.05);
            assertAllArrived();
        }
        assertEquals(1, nodeA.events().count("session with"));
    }

    /** An engine that answers is asked, and that is all there is; plain WireGuard is not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyATaltunIsAskedForAnAnswer(boolean taltun) {
        SuiteChoice suites = taltun ? SuiteChoice.aes() : SuiteChoice.WIREGUARD;
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known().suites(suites).keepalive(10).initiates());
        SimNode nodeB = sim.start(b, a.known().suites(suites));
        sim.runSeconds(5);
        List<Network.Datagram> record = sim.network().record();
        sim.runSeconds(100);
        int own = 0;
        for (Network.Datagram datagram : record) {
            boolean asks = datagram.from() == nodeA.socket();
            own += asks ? 1 : 0;
            assertEquals(taltun ? PROBE : KEEPALIVE, datagram.length());
            assertTrue(taltun || asks, "an empty packet is not answered");
        }
        assertTrue(own == 9 || own == 10, own + " in 100 s");
        assertEquals(taltun ? own : 0, record.size() - own, "each is answered once");
        assertNotNull(nodeB.session(nodeA));
    }

    /** Neither more handshakes than the keys need, nor more than a packet a beat and direction. */
    @Test
    void anIdleHourCostsWhatItDid() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known().suites(SuiteChoice.aes()).keepalive(10).initiates());
        sim.start(b, a.known().nowhere().suites(SuiteChoice.aes()).keepalive(10));
        sim.runSeconds(60);
        List<Network.Datagram> record = sim.network().record();
        sim.runSeconds(3600);
        long initiations = record.stream().filter(d -> d.length() == INITIATION).count();
        assertTrue(initiations <= 3600 / 120, initiations + " initiations");
        long sent = record.stream().filter(d -> d.from() == nodeA.socket()).count();
        assertTrue(sent <= 360 + 3 * initiations, sent + " packets one way");
        long received = record.size() - sent;
        assertTrue(received <= 360 + 3 * initiations, received + " packets the other way");
    }

    @Test
    void aHeartbeatThatIsTurnedOnWhileRunningBeginsAtOnce() {
        Pair pair = connected();
        sim.runSeconds(30);
        List<Network.Datagram> record = sim.network().record();
        pair.a().commands().update(pair.b().identity().known().keepalive(10).spec());
        sim.runSeconds(0.1);
        long fromA = record.stream().filter(d -> d.from() == pair.a().socket()).count();
        assertEquals(1, fromA);
        assertTrue(record.size() <= 2, "it may have been a question, and answered");
        sim.runSeconds(100);
        assertTrue(record.size() >= 10);
        pair.a().commands().update(pair.b().identity().known().spec());
        sim.runSeconds(100);
        int silent = record.size();
        sim.runSeconds(1000);
        assertEquals(silent, record.size());
    }
}
