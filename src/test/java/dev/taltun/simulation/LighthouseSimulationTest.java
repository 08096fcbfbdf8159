package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.control.PathChoice;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Two nodes that a lighthouse brings together. */
class LighthouseSimulationTest extends LighthouseWorld {
    @RepeatedTest(5)
    void theFirstPacketIsRelayedAndTheRestGoDirectly() {
        start();
        assertEquals(0, lamp.count(Counter.PACKETS_RELAYED));
        a.send(b);
        sim.runSeconds(0.1);
        assertAllArrived();
        assertEquals(1, lamp.count(Counter.PACKETS_RELAYED));
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(1.5, this::bothDirect), "no direct path");
        sim.runSeconds(0.2);
        long relayed = lamp.count(Counter.PACKETS_RELAYED);
        sim.runSeconds(200);
        assertTrue(bothDirect());
        sim.traffic().stop();
        sim.runSeconds(0.2);
        assertEquals(relayed, lamp.count(Counter.PACKETS_RELAYED));
        assertAllArrived();
    }

    @Test
    void withoutADirectPathTrafficGoesOnThroughTheRelay() {
        directCut = true;
        start();
        exchange(200);
        assertFalse(isDirect(a, b));
        assertFalse(isDirect(b, a));
        // Six tries to each place, every minute, by both.
        long initiations = a.count(Counter.HANDSHAKE_INITIATIONS_SENT);
        assertTrue(initiations >= 3 * 5 && initiations < 60, initiations + " initiations");
        directCut = false;
        sim.traffic().amid(a, b, 20);
        assertTrue(sim.runUntil(70, this::bothDirect), "not tried again");
    }

    @RepeatedTest(3)
    void aDirectPathThatDiesIsLeftForTheRelay() {
        start();
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(1.5, this::bothDirect));
        sim.runSeconds(5);
        directCut = true;
        assertTrue(sim.runUntil(1.5, () -> !isDirect(a, b) && !isDirect(b, a)), "still direct");
        sim.runSeconds(0.2);
        sim.ledger().writeOff();
        sim.runSeconds(30);
        stopAndAssertAllArrived();
        directCut = false;
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(70, this::bothDirect), "never direct again");
        sim.notAccountable();
    }

    @Test
    void theRoundTripThroughTheRelayIsMeasured() {
        choice = PathChoice.RELAY;
        start();
        assertEquals(-1, a.path(b).relayRttNanos());
        a.send(b);
        sim.runSeconds(1);
        long rtt = a.path(b).relayRttNanos();
        long toLamp = a.path(lamp).directRttNanos() + b.path(lamp).directRttNanos();
        assertTrue(rtt > toLamp / 4 && rtt < 4 * toLamp, rtt + " of " + toLamp);
        assertEquals(-1, a.path(b).directRttNanos());
    }

    @Test
    void relayOnlyMeansRelayOnly() {
        choice = PathChoice.RELAY;
        start();
        exchange(100);
        assertFalse(isDirect(a, b));
        // To the lighthouse only.
        assertTrue(a.count(Counter.HANDSHAKE_INITIATIONS_SENT) <= 3);
    }

    @Test
    void directOnlyWaitsForTheDirectPath() {
        choice = PathChoice.DIRECT;
        start();
        exchange(10);
        assertEquals(0, lamp.count(Counter.PACKETS_RELAYED));
    }

    @Test
    void anotherLighthouseTakesOver() {
        Identity otherIs = sim.identity("lamp2");
        SimNode.Options options = lighthouse();
        directCut = true;
        Identity.Known[] known = {aIs.known().nowhere(), bIs.known().nowhere()};
        lamp = sim.start(lampIs, options, known);
        SimNode other = sim.start(otherIs, options, known);
        Identity.Known toOther = otherIs.known().lighthouse();
        a = sim.start(aIs, toLamp(), toOther, bIs.known().nowhere());
        b = sim.start(bIs, toLamp(), toOther, aIs.known().nowhere());
        sim.runSeconds(1.5);
        sim.traffic().amid(a, b, 20);
        sim.runSeconds(5);
        SimNode used = lamp.count(Counter.PACKETS_RELAYED) > 0 ? lamp : other;
        sim.notAccountable();
        used.crash();
        sim.nodes().remove(used);
        sim.runSeconds(1.2);
        sim.ledger().writeOff();
        sim.runSeconds(20);
        stopAndAssertAllArrived();
    }

    /** One lighthouse dies, and the other sees that the NAT began anew: no two ports at a time. */
    @Test
    void whatADeadLighthouseSawIsNoSignOfAPortThatVaries() {
        Identity otherIs = sim.identity("lamp2");
        directCut = true;
        Identity.Known[] known = {aIs.known().nowhere(), bIs.known().nowhere()};
        lamp = sim.start(lampIs, lighthouse(), known);
        SimNode other = sim.start(otherIs, lighthouse(), known);
        a = sim.start(aIs, toLamp(), otherIs.known().lighthouse(), bIs.known().nowhere());
        b = sim.start(bIs, toLamp(), otherIs.known().lighthouse(), aIs.known().nowhere());
        sim.runSeconds(5);
        sim.notAccountable();
        other.crash();
        sim.nodes().remove(other);
        a.socket().rebindTo(a.address().withPort(4711));
        sim.runSeconds(60);
        assertTrue(a.address().sameRemote(lamp.peer(a).endpoint()), "not registered anew");
        sim.traffic().amid(a, b, 20);
        sim.runSeconds(10);
        String reason = a.path(b).reason();
        assertTrue(reason.startsWith("no answer from any of its places"), reason);
        assertFalse(reason.contains("NAT"), reason);
        sim.ledger().writeOff();
    }

    @Test
    void aLighthouseThatStartsAgainIsFoundAgain() {
        directCut = true;
        start();
        sim.traffic().amid(a, b, 50);
        sim.runSeconds(5);
        lamp = sim.restart(lamp, false, aIs.known().nowhere(), bIs.known().nowhere());
        sim.runSeconds(3);
        sim.ledger().writeOff();
        sim.runSeconds(20);
        stopAndAssertAllArrived();
    }

    /** As when the other side ended: its host says so, and only to who can quote the session. */
    @Test
    void aPathThatTheNetworkRefusesIsLeftAtOnce() {
        start();
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(1.5, this::bothDirect));
        List<Network.Datagram> sent = sim.network().record();
        sim.runSeconds(0.5);
        Network.Datagram data =
                sent.stream()
                        .filter(d -> d.from() == a.socket() && d.to().sameRemote(b.address()))
                        .filter(d -> d.type() == 4)
                        .reduce((first, last) -> last)
                        .orElseThrow();
        byte[] guess = data.bytes().clone();
        guess[5] ^= 1;
        a.refused(new Network.Datagram(0, 0, a.socket(), data.source(), data.to(), guess));
        sim.runMillis(20);
        assertTrue(isDirect(a, b), "a guess was believed");
        a.refused(data);
        sim.runMillis(20);
        assertFalse(isDirect(a, b));
        stopAndAssertAllArrived();
    }

    /** The machine slept, and woke up in another network: its next registration was not yet due. */
    @RepeatedTest(3)
    void whoSleptIsKnownAtItsNewPlaceAtOnce() {
        start();
        sim.runSeconds(3);
        sim.nodes().remove(a);
        Endpoint elsewhere = sim.outer(7000, 4711);
        a.socket().moveTo(elsewhere);
        sim.runSeconds(5);
        assertFalse(elsewhere.sameRemote(lamp.peer(a).endpoint()));
        sim.nodes().add(a);
        sim.runSeconds(0.2);
        assertTrue(elsewhere.sameRemote(lamp.peer(a).endpoint()), "not registered anew");
        a.send(b);
        b.send(a);
        sim.runSeconds(0.3);
        assertAllArrived();
    }

    /** Who may not exchange packets hears nothing of the other, nor the other of it. */
    @Test
    void aLighthouseTellsOnlyThoseWhoMayTalk() {
        Identity cIs = sim.identity("c");
        lamp =
                sim.start(
                        lampIs,
                        lighthouse(),
                        aIs.known().nowhere().relayWith(cIs.publicKey()),
                        bIs.known().nowhere());
        a = sim.start(aIs, toLamp(), bIs.known().nowhere());
        b = sim.start(bIs, toLamp(), aIs.known().nowhere());
        sim.runSeconds(1.5);
        long before = a.count(Counter.HANDSHAKE_INITIATIONS_SENT);
        sim.traffic().amid(a, b, 20);
        sim.runSeconds(30);
        sim.traffic().stop();
        assertFalse(isDirect(a, b) || isDirect(b, a));
        assertEquals(before, a.count(Counter.HANDSHAKE_INITIATIONS_SENT));
        assertTrue(lamp.count(Counter.DROP_RELAY_REFUSED) > 0);
        sim.ledger().writeOff();
    }
}
