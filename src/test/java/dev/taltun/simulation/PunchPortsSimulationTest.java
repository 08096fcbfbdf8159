package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.UdpFan;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * One node behind a NAT that shows another port to every destination, one behind a NAT that does
 * not, and a firewall that leaves them the relay only: ports are guessed, in vain.
 */
class PunchPortsSimulationTest extends SimulationTest {
    private static final int PORTS = 64;

    private final Fan fan = new Fan();
    private SimNode a;
    private SimNode b;

    /** Sockets that are only counted; what is sent through them leaves by the node's own. */
    private static final class Fan implements UdpFan {
        private final Set<Integer> open = new HashSet<>();
        private int opened;
        private int room = Integer.MAX_VALUE;

        @Override
        public int open() {
            if (opened == room) {
                return -24;
            }
            open.add(++opened);
            return opened;
        }

        @Override
        public void close(int via) {
            assertTrue(open.remove(via), "closed twice");
        }
    }

    private void start() {
        // Nobody guesses among IPv6 ports: there is no NAT.
        sim.outerIpv4();
        sim.network().rules().allowPunching();
        Identity[] lampsAre = {sim.identity("lamp1"), sim.identity("lamp2")};
        Identity aIs = sim.identity("a");
        Identity bIs = sim.identity("b");
        SimNode[] lamps = new SimNode[2];
        for (int i = 0; i < 2; i++) {
            SimNode.Options options = new SimNode.Options();
            options.relay = true;
            options.lighthouse = true;
            lamps[i] =
                    sim.start(lampsAre[i], options, aIs.known().nowhere(), bIs.known().nowhere());
        }
        SimNode.Options ofA = new SimNode.Options();
        ofA.punchPorts = PORTS;
        ofA.fan = fan;
        SimNode.Options ofB = new SimNode.Options();
        ofB.punchPorts = PORTS;
        Identity.Known one = lampsAre[0].known().lighthouse();
        Identity.Known two = lampsAre[1].known().lighthouse();
        a = sim.start(aIs, ofA, one, two, bIs.known().nowhere());
        a.socket().showTo(lamps[1].socket(), a.address().withPort(4711));
        b = sim.start(bIs, ofB, one, two, aIs.known().nowhere());
        sim.network()
                .cut(
                        d -> {
                            SimSocket to = sim.network().at(d.to());
                            return !d.from().name().startsWith("lamp")
                                    && (to == null || !to.name().startsWith("lamp"));
                        });
        sim.runSeconds(3);
    }

    /** What the two say of it, from the first packet on. */
    private Set<String> words(double seconds) {
        Set<String> words = new TreeSet<>();
        for (int i = 0; i < 10 * seconds; i++) {
            a.send(b, false, 1, 8);
            b.send(a, false, 1, 8);
            sim.runMillis(100);
            words.add("a: " + a.path(b).reason());
            words.add("b: " + b.path(a).reason());
        }
        return words;
    }

    @Test
    void whatWasInVainIsSaidInTrueNumbers() {
        start();
        Set<String> words = words(20);
        assertTrue(
                words.contains("a: opened 64 ports for it to guess one, in vain"), words::toString);
        assertTrue(words.contains("b: guessed 256 ports of its NAT in vain"), words::toString);
        assertEquals(PORTS, fan.opened);
        assertEquals(Set.of(), fan.open, "sockets that are left");
        assertAllArrived();
    }

    @Test
    void fewerSocketsThanWantedAreCounted() {
        fan.room = 40;
        start();
        Set<String> words = words(20);
        assertTrue(
                words.contains("a: opened 40 ports for it to guess one, in vain"), words::toString);
        assertEquals(Set.of(), fan.open, "sockets that are left");
    }

    @Test
    void noSocketAtAllIsSaid() {
        fan.room = 0;
        start();
        Set<String> words = words(20);
        assertTrue(
                words.contains("a: no socket could be opened for it to guess the port of"),
                words::toString);
    }
}
