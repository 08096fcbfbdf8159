package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.SecretKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Everything at once, by chance: a hub and spokes while the network is bad, nodes move, restart and
 * lose their network, peers are changed, and an attacker repeats, alters and floods. Whatever
 * happens, nothing forged and nothing twice comes out; and once all is well again, every packet
 * arrives.
 */
class FuzzSimulationTest extends SimulationTest {
    private static final int ACTIONS = 60;

    private final List<Identity> who = new ArrayList<>();
    private final List<SecretKey> psks = new ArrayList<>();
    private final List<SimNode> spokes = new ArrayList<>();
    private final List<Integer> keepalives = new ArrayList<>();
    private List<Network.Datagram> record = new ArrayList<>();
    private Identity hubIs;
    private SimNode hub;
    private Random random;
    private Attacker attacker;
    private int hosts = 200;

    @RepeatedTest(8)
    void whateverHappensItIsWellAgainWhenTheWorldIs() {
        begin3();
        for (int i = 0; i < ACTIONS; i++) {
            act();
            sim.runSeconds(random.nextInt(3) == 0 ? random.nextInt(60) : random.nextDouble());
            if (random.nextInt(5) == 0) {
                calm();
            }
        }
        heal();
        probe();
    }

    private void begin3() {
        random = sim.random();
        attacker = new Attacker(sim);
        hubIs = sim.identity("hub");
        int number = 1 + random.nextInt(3);
        for (int i = 0; i < number; i++) {
            who.add(sim.identity("s" + i));
            psks.add(random.nextBoolean() ? secret() : null);
            keepalives.add(random.nextBoolean() ? 0 : 5 + random.nextInt(30));
        }
        hub = sim.start(hubIs, spokesAsKnown());
        for (int i = 0; i < number; i++) {
            spokes.add(sim.start(who.get(i), hubAsKnown(i)));
        }
        record = sim.network().record();
        talk();
    }

    private Identity.Known[] spokesAsKnown() {
        Identity.Known[] known = new Identity.Known[who.size()];
        for (int i = 0; i < known.length; i++) {
            known[i] = spokeAsKnown(i);
        }
        return known;
    }

    private Identity.Known spokeAsKnown(int i) {
        return who.get(i).known().nowhere().psk(psks.get(i)).keepalive(keepalives.get(i));
    }

    private Identity.Known hubAsKnown(int i) {
        Identity.Known known = hubIs.known().psk(psks.get(i)).keepalive(keepalives.get(i));
        return keepalives.get(i) > 0 ? known.initiates() : known;
    }

    private void talk() {
        for (SimNode spoke : spokes) {
            sim.traffic().amid(hub, spoke, 50 + random.nextInt(1000));
        }
    }

    private SimNode anySpoke() {
        return spokes.get(random.nextInt(spokes.size()));
    }

    private void act() {
        int i = random.nextInt(spokes.size());
        switch (random.nextInt(16)) {
            case 0, 1 -> weather();
            case 2 -> sim.network().cut(hub, anySpoke());
            case 3 -> oneWay(anySpoke());
            case 4 -> sim.network().heal();
            case 5 -> anySpoke().socket().moveTo(sim.outer(hosts++, 4000));
            case 6 -> anySpoke().socket().rebindTo(sim.outer(hosts++, 5000));
            case 7 -> anySpoke().socket().offline(random.nextBoolean());
            case 8 -> restartSpoke(i);
            case 9 -> restartHub();
            case 10 -> repeat();
            case 11 -> alter();
            case 12 -> attacker.flood(random.nextBoolean() ? hub : anySpoke(), 20);
            case 13 -> sim.traffic().stop();
            case 14 -> talk();
            default -> change(i);
        }
    }

    private void weather() {
        sim.network()
                .conditions()
                .loss(random.nextInt(3) == 0 ? random.nextDouble() * 0.4 : 0)
                .duplicate(random.nextInt(3) == 0 ? random.nextDouble() * 0.3 : 0)
                .corrupt(random.nextInt(4) == 0 ? random.nextDouble() * 0.1 : 0)
                .truncate(random.nextInt(6) == 0 ? 0.05 : 0)
                .delayMillis(1 + random.nextInt(random.nextInt(4) == 0 ? 800 : 60))
                .jitterMillis(random.nextInt(3) == 0 ? random.nextInt(500) : 1);
    }

    private void oneWay(SimNode spoke) {
        boolean there = random.nextBoolean();
        sim.trace().note(spoke.name(), there ? "is not heard" : "hears nothing");
        sim.network().conditions(there ? spoke : hub, there ? hub : spoke).loss(1);
    }

    private void restartSpoke(int i) {
        spokes.set(i, sim.restart(spokes.get(i), random.nextBoolean(), hubAsKnown(i)));
        sim.traffic().stop();
        talk();
    }

    private void restartHub() {
        hub = sim.restart(hub, random.nextBoolean(), spokesAsKnown());
        sim.traffic().stop();
        talk();
    }

    private void repeat() {
        for (int i = 0; i < 200 && !record.isEmpty(); i++) {
            Network.Datagram old = record.get(random.nextInt(record.size()));
            var source = random.nextBoolean() ? old.source() : attacker.anywhere();
            sim.network().inject(source, old.to(), old.bytes());
        }
    }

    private void alter() {
        for (int i = 0; i < 200 && !record.isEmpty(); i++) {
            Network.Datagram old = record.get(random.nextInt(record.size()));
            sim.network().inject(old.source(), old.to(), attacker.altered(old.bytes()));
            sim.network().inject(attacker.anywhere(), hub.address(), attacker.noise());
        }
    }

    /** The user changes something about a peer, at both ends or at first at one. */
    private void change(int i) {
        switch (random.nextInt(4)) {
            case 0 -> keepalives.set(i, random.nextInt(40));
            case 1 -> psks.set(i, random.nextBoolean() ? secret() : null);
            case 2 -> {
                hub.commands().remove(who.get(i).publicKey());
                sim.runSeconds(random.nextInt(20));
                hub.commands().add(List.of(spokeAsKnown(i).spec()));
            }
            default -> {}
        }
        hub.commands().update(spokeAsKnown(i).spec());
        sim.runSeconds(random.nextInt(3));
        spokes.get(i).commands().update(hubAsKnown(i).spec());
    }

    private void calm() {
        attacker.endFlood();
        sim.network().heal();
        sim.network().conditions().delayMillis(20);
        spokes.forEach(spoke -> spoke.socket().offline(false));
    }

    /** Everything is well; the spokes, which know where the hub is, have something to say. */
    private void heal() {
        calm();
        sim.trace().note("", "all is well from here on");
        sim.traffic().stop();
        for (int i = 0; i < 40; i++) {
            for (SimNode spoke : spokes) {
                spoke.send(hub);
                hub.send(spoke);
            }
            sim.runSeconds(1);
        }
        sim.ledger().writeOff();
    }

    /** For more than one session's life, nothing is lost, and nothing takes long. */
    private void probe() {
        talk();
        sim.runSeconds(200);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
        for (SimNode spoke : spokes) {
            assertTrue(sim.ledger().delivered(hub, spoke) > 0);
            assertTrue(sim.ledger().delivered(spoke, hub) > 0);
        }
    }
}
