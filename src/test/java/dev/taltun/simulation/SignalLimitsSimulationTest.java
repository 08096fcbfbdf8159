package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.Query;
import dev.taltun.protocol.RelayProbe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a lighthouse takes of one node: enough for each of its peers, and for its own place. */
class SignalLimitsSimulationTest extends SimulationTest {
    private final List<SimNode> members = new ArrayList<>();
    private SimNode lamp;
    private SimNode a;

    private void start(int count) {
        sim.network().rules().allowPunching();
        Identity lampIs = sim.identity("lamp");
        Identity aIs = sim.identity("a");
        Identity[] all = new Identity[count];
        Identity.Known[] ofLamp = new Identity.Known[count + 1];
        Identity.Known[] ofA = new Identity.Known[count + 1];
        for (int i = 0; i < count; i++) {
            all[i] = sim.identity("m" + i);
            ofLamp[i] = all[i].known().nowhere();
            ofA[i] = all[i].known().nowhere();
        }
        ofLamp[count] = aIs.known().nowhere();
        ofA[count] = lampIs.known().lighthouse();
        SimNode.Options lighthouse = new SimNode.Options();
        lighthouse.relay = true;
        lighthouse.lighthouse = true;
        lamp = sim.start(lampIs, lighthouse, ofLamp);
        a = sim.start(aIs, new SimNode.Options(), ofA);
        for (Identity one : all) {
            members.add(
                    sim.start(
                            one,
                            new SimNode.Options(),
                            lampIs.known().lighthouse(),
                            aIs.known().nowhere()));
        }
        sim.runSeconds(1.5);
    }

    /** Asks as fast as it can, and sends all other signals as well. */
    private void flood(HostileClient client, SimNode about, double seconds) {
        byte[] probe = new byte[RelayProbe.BYTES - ControlFrame.HEADER_BYTES];
        for (int i = 0; i < seconds * 100; i++) {
            client.query(lamp, about.identity().publicKey(), a.address());
            client.query(lamp, about.identity().publicKey(), a.address());
            for (int j = 0; j < 8; j++) {
                client.frame(lamp, ControlFrame.TYPE_RELAY_PROBE, probe.length, probe);
            }
            sim.runMillis(10);
        }
    }

    @Test
    void whoSignalsMuchIsNotForgottenForIt() {
        start(1);
        HostileClient client = new HostileClient(sim, a);
        for (int i = 0; i < 40; i++) {
            flood(client, members.getFirst(), 1);
            assertEquals("", a.path(lamp).reason(), "its registrations are not answered");
        }
        members.getFirst().send(a, false, 1, 8);
        sim.runSeconds(1);
        assertAllArrived();
    }

    /** One pair that is asked for too often leaves the others their answers. */
    @Test
    void eachPairHasALimitOfItsOwn() {
        start(2);
        HostileClient client = new HostileClient(sim, a);
        List<Network.Datagram> sent = sim.network().record();
        for (int i = 0; i < 400; i++) {
            client.query(lamp, members.getFirst().identity().publicKey(), a.address());
            sim.runMillis(20);
        }
        long many = told(sent, members.getFirst());
        // Two a second of eight seconds, and eight at once; and what registrations bring.
        assertTrue(many > 16 && many <= 8 + 16 + 4, many + " datagrams");
        long before = told(sent, members.getLast());
        client.query(lamp, members.getLast().identity().publicKey(), a.address());
        sim.runMillis(200);
        assertEquals(before + 1, told(sent, members.getLast()), "the other pair is not answered");
    }

    private long told(List<Network.Datagram> sent, SimNode to) {
        Endpoint there = to.address();
        return sent.stream()
                .filter(d -> d.from() == lamp.socket() && d.to().sameRemote(there))
                .count();
    }

    @Test
    void whoHasManyPeersIsToldOfEach() {
        int count = 80;
        start(count);
        List<Network.Datagram> sent = sim.network().record();
        members.forEach(member -> a.send(member, false, 1, 8));
        sim.runMillis(100);
        long asked = questions(sent);
        assertTrue(asked >= 40 && asked < 60, asked + " questions at once");
        sim.runSeconds(6);
        assertEquals(count, members.stream().filter(m -> a.peer(m).isDirect()).count());
        assertAllArrived();
        sent.clear();
        HostileClient client = new HostileClient(sim, a);
        for (SimNode member : members) {
            client.query(lamp, member.identity().publicKey(), a.address());
            sim.runMillis(5);
        }
        sim.runMillis(100);
        assertEquals(0, members.stream().filter(member -> told(sent, member) == 0).count());
    }

    private long questions(List<Network.Datagram> sent) {
        return sent.stream()
                .filter(d -> d.from() == a.socket() && d.length() > Query.BYTES)
                .count();
    }
}
