package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a lying lighthouse, or a peer of bad will, can have a node send. */
class HostilePathSimulationTest extends SimulationTest {
    private Identity lampIs;
    private Identity aIs;
    private Identity bIs;
    private SimNode lamp;
    private SimNode a;

    @BeforeEach
    void world() {
        sim.network().rules().allowPunching();
        lampIs = sim.identity("lamp");
        aIs = sim.identity("a");
        bIs = sim.identity("b");
    }

    private SimNode.Options lighthouse() {
        SimNode.Options options = new SimNode.Options();
        options.relay = true;
        options.lighthouse = true;
        return options;
    }

    private SimNode.Options plain() {
        return new SimNode.Options();
    }

    @Test
    void lyingOrRotatingObservedAddressMakesNoStorm() {
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere());
        a = sim.start(aIs, plain(), lampIs.known().lighthouse(), bIs.known().nowhere());
        sim.runSeconds(1.5);
        int[] n = {0};
        Endpoint home = a.address();
        for (int i = 1; i < 5; i++) {
            sim.network().attach(home.withPort(home.port() + i), a.socket());
        }
        sim.network()
                .cut(
                        d -> {
                            if (d.from() != a.socket() || d.type() != 4) {
                                return false;
                            }
                            n[0]++;
                            sim.network()
                                    .inject(
                                            home.withPort(home.port() + 1 + n[0] % 4),
                                            d.to(),
                                            d.bytes());
                            return true;
                        });
        sim.notAccountable();
        sim.runSeconds(60);
        assertTrue(n[0] < 100, n[0] + " datagrams in 60 s");
    }

    @Test
    void aPeerThatBecomesALighthouseIsUsedAtOnce() {
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere(), bIs.known().nowhere());
        a =
                sim.start(
                        aIs,
                        plain(),
                        lampIs.known().initiates().keepalive(10),
                        bIs.known().nowhere());
        sim.runSeconds(5);
        var done = a.commands().update(lampIs.known().lighthouse().spec());
        assertTrue(sim.runUntil(1, done::isDone), "the update is not taken");
        done.join();
        double at = 0;
        while (at < 200 && a.path(lamp).observed() == null) {
            sim.runSeconds(1);
            at++;
        }
        assertTrue(at < 5, at + " s");
    }

    @Test
    void oneQuestionWithManyPlacesOfTheAskedOne() {
        Identity evilIs = sim.identity("evil");
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere(), evilIs.known().nowhere());
        SimNode.Options ofA = plain();
        List<Endpoint> own = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            own.add(sim.outer(900 + i, 51820));
        }
        ofA.places = () -> own;
        a = sim.start(aIs, ofA, lampIs.known().lighthouse(), evilIs.known().nowhere());
        SimNode evil =
                sim.start(evilIs, plain(), lampIs.known().lighthouse(), aIs.known().nowhere());
        sim.runSeconds(1.5);
        HostileClient client = new HostileClient(sim, evil);
        List<Network.Datagram> sent = sim.network().record();
        Endpoint victim = sim.outer(60_000, 4000);
        List<Endpoint> lies = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            lies.add(sim.outer(i < 8 ? 60_000 : 60_001, 1000 + i));
        }
        client.register(lamp, evilIs.innerAddresses(), lies);
        sim.runMillis(100);
        long before = client.spent();
        for (int i = 0; i < 20; i++) {
            long paid = client.spent();
            client.register(lamp, evilIs.innerAddresses(), lies);
            before += client.spent() - paid;
            client.query(lamp, aIs.publicKey(), victim);
            sim.runSeconds(8);
        }
        long got = to(sent, victim);
        assertTrue(got <= client.spent() - before, "victim got more");
    }

    private static long to(List<Network.Datagram> sent, Endpoint at) {
        return sent.stream()
                .filter(d -> d.to().high() == at.high() && d.to().low() == at.low())
                .mapToLong(Network.Datagram::length)
                .sum();
    }

    @Test
    void guessesAtAThirdParty() {
        Identity evilIs = sim.identity("evil");
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere(), evilIs.known().nowhere());
        SimNode.Options ofA = plain();
        ofA.punchPorts = 512;
        a = sim.start(aIs, ofA, lampIs.known().lighthouse(), evilIs.known().nowhere());
        SimNode evil =
                sim.start(evilIs, plain(), lampIs.known().lighthouse(), aIs.known().nowhere());
        sim.runSeconds(1.5);
        HostileClient client = new HostileClient(sim, evil);
        client.capabilities = 7;
        List<Network.Datagram> sent = sim.network().record();
        Endpoint victim = sim.outer(60_000, 4000);
        client.register(lamp, evilIs.innerAddresses(), List.of());
        sim.runMillis(100);
        for (int i = 0; i < 120; i++) {
            client.query(lamp, aIs.publicKey(), victim);
            if (i % 20 == 0) {
                client.register(lamp, evilIs.innerAddresses(), List.of());
            }
            sim.runSeconds(1);
        }
        long got = to(sent, victim);
        assertTrue(got <= client.spent(), "x" + (double) got / client.spent());
    }
}
