package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.metrics.Counter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** One node with several peers: who may say what, and peers that come and go. */
class HubSimulationTest extends SimulationTest {
    private static final int SPOKES = 5;

    private final List<Identity> who = new ArrayList<>();
    private final List<SimNode> spokes = new ArrayList<>();
    private Identity hubIs;
    private SimNode hub;

    @BeforeEach
    void connect() {
        hubIs = sim.identity("hub");
        List<Identity.Known> known = new ArrayList<>();
        for (int i = 0; i < SPOKES; i++) {
            who.add(sim.identity("s" + i));
            known.add(who.get(i).known().nowhere());
        }
        hub = sim.start(hubIs, known.toArray(Identity.Known[]::new));
        for (Identity spoke : who) {
            spokes.add(sim.start(spoke, hubIs.known()));
        }
    }

    private void everybodyTalks() {
        for (SimNode spoke : spokes) {
            spoke.send(hub);
        }
        sim.runSeconds(1);
        for (SimNode spoke : spokes) {
            hub.send(spoke);
        }
        sim.runSeconds(1);
        assertAllArrived();
    }

    @RepeatedTest(3)
    void allPeersTalkAtOnceAcrossRekeys() {
        sim.network().conditions().duplicate(0.05).jitterMillis(30);
        everybodyTalks();
        for (SimNode spoke : spokes) {
            sim.traffic().amid(hub, spoke, 50);
        }
        sim.runSeconds(400);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }

    /** B sends packets whose source is C's, or nobody's, or the hub's own: they go nowhere. */
    @RepeatedTest(2)
    void nobodySendsInTheNameOfAnother() {
        everybodyTalks();
        SimNode b = spokes.get(0);
        int forged = 0;
        for (boolean ipv6 : new boolean[] {false, true}) {
            for (int claimed : new int[] {who.get(1).number(), hub.number(), 0, 77, 255}) {
                // Not in the ledger: should one be delivered, that fails the test.
                b.sendAs(new InnerPacket(ipv6, claimed, hub.number(), new byte[40]));
                b.send(hub);
                forged++;
            }
        }
        sim.runSeconds(1);
        assertAllArrived();
        assertEquals(forged, hub.count(Counter.DROP_WRONG_SOURCE));
    }

    /** What is to somebody whom the sender's peer is not, does not leave. */
    @Test
    void whatIsToNobodyDoesNotLeave() {
        everybodyTalks();
        sim.runSeconds(20);
        long sent = sim.network().datagrams();
        hub.sendAs(new InnerPacket(false, hub.number(), 200, new byte[40]));
        hub.sendAs(new InnerPacket(true, hub.number(), 200, new byte[40]));
        spokes.get(0)
                .sendAs(
                        new InnerPacket(
                                false, who.get(0).number(), who.get(1).number(), new byte[9]));
        sim.runSeconds(1);
        assertEquals(sent, sim.network().datagrams());
        assertEquals(2, hub.count(Counter.DROP_NO_PEER));
        assertEquals(1, spokes.get(0).count(Counter.DROP_NO_PEER));
    }

    @Test
    void aRemovedPeerIsForgottenWithAllItsKeys() {
        everybodyTalks();
        SimNode gone = spokes.get(2);
        int keys = hub.keys().open();
        sim.traffic().amid(hub, gone, 20).amid(hub, spokes.get(3), 20);
        sim.runSeconds(5);
        hub.commands().remove(who.get(2).publicKey());
        sim.runSeconds(1);
        // Two of each session, and another session if they have agreed on another suite.
        int wiped = keys - hub.keys().open();
        assertTrue(wiped == 2 || wiped == 4, wiped + " keys wiped");
        assertNull(hub.peer(gone));
        long delivered = sim.ledger().delivered(gone, hub);
        sim.runSeconds(30);
        assertEquals(delivered, sim.ledger().delivered(gone, hub));
        assertTrue(hub.count(Counter.HANDSHAKE_UNKNOWN_PEER) > 0);

        hub.commands().add(List.of(who.get(2).known().nowhere().spec()));
        sim.runSeconds(7);
        sim.ledger().writeOff();
        sim.runSeconds(30);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }

    @Test
    void addressesThatMoveToAnotherPeerMoveAtOnce() {
        everybodyTalks();
        Identity from = who.get(0);
        Identity to = who.get(1);
        hub.commands().update(to.known().nowhere().allows(from).spec());
        sim.runSeconds(0.1);
        // Now the first spoke may no more say what it says, and the second one may.
        long wrong = hub.count(Counter.DROP_WRONG_SOURCE);
        spokes.get(0).sendAs(new InnerPacket(false, from.number(), hub.number(), new byte[30]));
        sim.runSeconds(0.1);
        assertEquals(wrong + 1, hub.count(Counter.DROP_WRONG_SOURCE));
        InnerPacket moved = sim.ledger().send(from.number(), hub.number(), false, 50);
        spokes.get(1).sendAs(moved);
        sim.runSeconds(0.1);
        assertAllArrived();
    }
}
