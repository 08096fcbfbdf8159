package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * An attacker who records, repeats, alters and invents datagrams. That nothing forged or repeated
 * comes out of a tunnel is what the ledger sees to.
 */
class HostileSimulationTest extends SimulationTest {
    /** A conversation of all types of messages, recorded. */
    private List<Network.Datagram> conversation(Pair pair) {
        List<Network.Datagram> record = sim.network().record();
        sim.traffic().amid(pair.a(), pair.b(), 200);
        sim.runSeconds(260);
        sim.traffic().stop();
        sim.runSeconds(30);
        assertAllArrived();
        return List.copyOf(record);
    }

    @RepeatedTest(3)
    void repeatedDatagramsDoNothing() {
        Pair pair = pair();
        List<Network.Datagram> record = conversation(pair);
        Attacker attacker = new Attacker(sim);
        Endpoint whereA = pair.b().peer(pair.a()).endpoint();
        Endpoint whereB = pair.a().peer(pair.b()).endpoint();
        long sent = sim.network().datagrams();
        long handshakes = pair.a().events().handshakes();
        for (int round = 0; round < 3; round++) {
            for (Network.Datagram datagram : record) {
                Endpoint source = round == 0 ? datagram.source() : attacker.anywhere();
                sim.network().inject(source, datagram.to(), datagram.bytes());
            }
            sim.runMillis(50);
        }
        assertEquals(sent + 3L * record.size(), sim.network().datagrams(), "an answer was sent");
        assertEquals(handshakes, pair.a().events().handshakes());
        assertEquals(whereA, pair.b().peer(pair.a()).endpoint());
        assertEquals(whereB, pair.a().peer(pair.b()).endpoint());
        assertTrue(pair.b().count(Counter.DROP_REPLAYED) > 1000);
        pair.a().send(pair.b());
        pair.b().send(pair.a());
        sim.runSeconds(0.1);
        assertAllArrived();
    }

    /** A restarted node has forgotten which timestamps it saw: only the keys protect it. */
    @RepeatedTest(3)
    void datagramsRepeatedToARestartedNodeDoNotKeepThePeersApart() {
        Pair pair = pair();
        List<Network.Datagram> record = conversation(pair);
        SimNode b = sim.restart(pair.b(), false, pair.a().identity().known());
        Attacker attacker = new Attacker(sim);
        for (Network.Datagram datagram : record) {
            sim.network().inject(attacker.anywhere(), datagram.to(), datagram.bytes());
        }
        sim.runSeconds(1);
        // The restarted node still knows where its peer is, whatever an old initiation says.
        b.send(pair.a());
        sim.runSeconds(6);
        assertAllArrived();
        pair.a().send(b);
        sim.runSeconds(1);
        assertAllArrived();
    }

    @RepeatedTest(3)
    void alteredDatagramsDoNothing() {
        Pair pair = pair();
        List<Network.Datagram> record = conversation(pair);
        Attacker attacker = new Attacker(sim);
        sim.traffic().amid(pair.a(), pair.b(), 50);
        for (int i = 0; i < 3000; i++) {
            Network.Datagram datagram = record.get(sim.random().nextInt(record.size()));
            byte[] bytes = attacker.altered(datagram.bytes());
            sim.network().inject(datagram.source(), datagram.to(), bytes);
            sim.runMillis(2);
        }
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }

    @RepeatedTest(3)
    void noiseDoesNothing() {
        Pair pair = connected();
        sim.runSeconds(20);
        Attacker attacker = new Attacker(sim);
        long sent = sim.network().datagrams();
        for (int i = 0; i < 5000; i++) {
            SimNode victim = i % 2 == 0 ? pair.a() : pair.b();
            Endpoint source = i % 3 == 0 ? pair.a().address() : attacker.anywhere();
            sim.network().inject(source, victim.address(), attacker.noise());
            if (i % 10 == 0) {
                sim.runMillis(1);
            }
        }
        sim.runSeconds(1);
        assertEquals(sent + 5000, sim.network().datagrams(), "an answer was sent");
        pair.a().send(pair.b());
        pair.b().send(pair.a());
        sim.runSeconds(0.1);
        assertAllArrived();
    }

    @RepeatedTest(3)
    void aNetworkThatDamagesDatagramsDeliversTheOthers() {
        sim.network().conditions().corrupt(0.2).truncate(0.1).duplicate(0.1).jitterMillis(30);
        Pair pair = pair();
        sim.traffic().amid(pair.a(), pair.b(), 30);
        assertTrue(sim.runUntil(90, () -> sim.ledger().delivered(pair.a(), pair.b()) > 0));
        sim.runSeconds(300);
        double share = sim.ledger().delivered() / (double) sim.ledger().sent();
        assertTrue(share > 0.5, "only " + share + " arrived");
        assertTrue(sim.keys().refused() > 1000, "damage was seen");
        sim.network().heal();
        sim.runSeconds(7);
        sim.ledger().writeOff();
        sim.runSeconds(130);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }

    /** Then he is gone, and so is the session; only the configuration knows the right address. */
    @Test
    void whoWasLedAwayFindsBackToTheConfiguredAddress() {
        Pair pair = connected();
        Attacker attacker = new Attacker(sim);
        Endpoint own = attacker.anywhere();
        List<Network.Datagram> taken = sim.network().record();
        sim.network().cut(datagram -> true);
        pair.b().send(pair.a());
        sim.runSeconds(0.1);
        sim.network().heal();
        sim.network().inject(own, taken.getFirst().to(), taken.getFirst().bytes());
        sim.runSeconds(0.1);
        assertTrue(own.sameRemote(pair.a().peer(pair.b()).endpoint()), "led away");
        SimNode b = sim.restart(pair.b(), false, pair.a().identity().known().nowhere());
        pair.a().send(b);
        sim.runSeconds(60);
        sim.ledger().writeOff();
        pair.a().send(b);
        b.send(pair.a());
        sim.runSeconds(1);
        assertAllArrived();
    }

    /** Somebody on the way takes datagrams out and sends them on from his own address, later. */
    @Test
    void whoSendsDatagramsOnFromHisAddressIsUnknownAgainWithTheNextPacket() {
        Pair pair = connected();
        Attacker attacker = new Attacker(sim);
        Endpoint own = attacker.anywhere();
        List<Network.Datagram> taken = sim.network().record();
        sim.network().cut(datagram -> true);
        pair.a().send(pair.b());
        sim.runSeconds(0.1);
        sim.network().heal();
        Network.Datagram datagram = taken.getFirst();
        sim.network().inject(own, datagram.to(), datagram.bytes());
        sim.runSeconds(0.1);
        assertAllArrived();
        pair.a().send(pair.b());
        sim.runSeconds(0.1);
        pair.b().send(pair.a());
        sim.runSeconds(0.1);
        assertAllArrived();
    }
}
