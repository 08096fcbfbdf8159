package dev.taltun.simulation;

import dev.taltun.control.PathChoice;
import dev.taltun.io.udp.Endpoint;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;

/** Two nodes behind NATs, which filter by address and port, and lighthouses in front of them. */
abstract class LighthouseWorld extends SimulationTest {
    final Set<String> opened = new HashSet<>();

    /** Names of those without NAT. */
    final Set<String> open = new HashSet<>();

    /** What else is lost. */
    Predicate<Network.Datagram> cut = sent -> false;

    boolean directCut;
    Identity lampIs;
    Identity aIs;
    Identity bIs;
    SimNode lamp;
    SimNode a;
    SimNode b;
    PathChoice choice = PathChoice.AUTO;

    @BeforeEach
    void world() {
        sim.network().rules().allowPunching();
        lampIs = sim.identity("lamp");
        aIs = sim.identity("a");
        bIs = sim.identity("b");
        sim.network().tap(sent -> opened.add(sent.from().name() + ">" + text(sent.to())));
        sim.network().cut(this::filtered);
    }

    static String text(Endpoint endpoint) {
        return endpoint.withoutLocal().toString();
    }

    boolean filtered(Network.Datagram sent) {
        if (cut.test(sent)) {
            return true;
        }
        SimSocket to = sim.network().at(sent.to());
        if (to == null || to.name().startsWith("lamp")) {
            return false;
        }
        boolean direct = !sent.from().name().startsWith("lamp");
        boolean closed =
                !open.contains(to.name())
                        && !opened.contains(to.name() + ">" + text(sent.source()));
        return (direct && directCut) || closed;
    }

    /** Whether a datagram goes between these two. */
    boolean isBetween(Network.Datagram sent, String one, String other) {
        SimSocket to = sim.network().at(sent.to());
        String from = sent.from().name();
        return to != null
                && ((from.equals(one) && to.name().equals(other))
                        || (from.equals(other) && to.name().equals(one)));
    }

    SimNode.Options lighthouse() {
        SimNode.Options options = SimNode.Options.random(sim.random());
        options.relay = true;
        options.lighthouse = true;
        return options;
    }

    void start() {
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere(), bIs.known().nowhere());
        a = sim.start(aIs, toLamp(), bIs.known().nowhere().path(choice).keepalive(10));
        b = sim.start(bIs, toLamp(), aIs.known().nowhere().path(choice).keepalive(10));
        sim.runSeconds(1.5);
    }

    Identity.Known toLamp() {
        return lampIs.known().lighthouse();
    }

    boolean isDirect(SimNode from, SimNode to) {
        return from.peer(to).isDirect();
    }

    boolean bothDirect() {
        return isDirect(a, b) && isDirect(b, a);
    }

    /** Both send all the time, and nothing is lost. */
    void exchange(double seconds) {
        sim.traffic().amid(a, b, 20);
        sim.runSeconds(seconds);
        stopAndAssertAllArrived();
    }

    void stopAndAssertAllArrived() {
        sim.traffic().stop();
        sim.runSeconds(0.2);
        assertAllArrived();
    }
}
