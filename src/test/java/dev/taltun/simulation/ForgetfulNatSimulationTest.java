package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two nodes behind NATs that filter by address and port and forget what was silent for 15 s, and a
 * lighthouse in front of them.
 */
class ForgetfulNatSimulationTest extends SimulationTest {
    private static final long FORGETS = 15 * 1000 * SimClock.MILLI;

    /** When something last went, or came through, by the ends. */
    private final Map<String, Long> used = new HashMap<>();

    private SimNode lamp;
    private SimNode a;
    private SimNode b;
    private long longestSilence;

    private static String way(String inside, Object outside) {
        return inside + " " + outside;
    }

    private void start(int keepalive) {
        sim.network().rules().allowPunching();
        sim.network()
                .tap(
                        sent ->
                                used.put(
                                        way(sent.from().name(), sent.to().withoutLocal()),
                                        sim.clock().nanoTime()));
        sim.network().cut(this::filtered);
        Identity lampIs = sim.identity("lamp");
        Identity aIs = sim.identity("a");
        Identity bIs = sim.identity("b");
        SimNode.Options options = new SimNode.Options();
        options.relay = true;
        options.lighthouse = true;
        lamp = sim.start(lampIs, options, aIs.known().nowhere(), bIs.known().nowhere());
        Identity.Known known = lampIs.known().lighthouse().keepalive(keepalive);
        a = sim.start(aIs, new SimNode.Options(), known, of(bIs, keepalive));
        b = sim.start(bIs, new SimNode.Options(), known, of(aIs, keepalive));
        sim.runSeconds(1.5);
    }

    private static Identity.Known of(Identity other, int keepalive) {
        return other.known().nowhere().keepalive(keepalive);
    }

    private boolean filtered(Network.Datagram sent) {
        SimSocket to = sim.network().at(sent.to());
        if (to == null || to == lamp.socket()) {
            return false;
        }
        String way = way(to.name(), sent.source().withoutLocal());
        long now = sim.clock().nanoTime();
        Long last = used.get(way);
        if (last == null || now - last > FORGETS) {
            return true;
        }
        used.put(way, now);
        return false;
    }

    /** Both ways to the lighthouse are open at every moment, whatever else is silent. */
    private void idle(double seconds) {
        for (int i = 0; i < seconds * 10; i++) {
            sim.runMillis(100);
            for (SimNode node : new SimNode[] {a, b}) {
                long last = used.get(way(node.name(), lamp.address().withoutLocal()));
                longestSilence = Math.max(longestSilence, sim.clock().nanoTime() - last);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 14.5", "0, 16", "0, 20", "0, 29", "0, 400", "10, 29", "10, 400", "25, 22"})
    void theFirstPacketAfterASilenceArrives(int keepalive, double silence) {
        start(keepalive);
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(2, () -> a.peer(b).isDirect() && b.peer(a).isDirect()));
        sim.runSeconds(3);
        sim.traffic().stop();
        sim.runSeconds(0.2);
        idle(silence);
        assertTrue(longestSilence < FORGETS - 1000 * SimClock.MILLI, longestSilence + " ns");
        a.send(b);
        sim.runSeconds(0.3);
        assertAllArrived();
        b.send(a);
        sim.runSeconds(0.3);
        assertAllArrived();
    }

    /** Nothing but registrations, and the answers to them. */
    @ParameterizedTest
    @CsvSource({"0, 30"})
    void silenceCostsNothingBetweenTheNodes(int keepalive, double silence) {
        start(keepalive);
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(2, () -> a.peer(b).isDirect() && b.peer(a).isDirect()));
        sim.traffic().stop();
        sim.runSeconds(15);
        var sent = sim.network().record();
        idle(silence);
        long between =
                sent.stream()
                        .filter(d -> d.from() == a.socket() && d.to().sameRemote(b.address()))
                        .count();
        assertEquals(0, between);
        assertFalse(a.peer(b).isDirect());
        long toLamp = sent.stream().filter(d -> d.from() == a.socket()).count();
        assertTrue(toLamp >= 2 && toLamp <= 5, toLamp + " to the lighthouse");
    }
}
