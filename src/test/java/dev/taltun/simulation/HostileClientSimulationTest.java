package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.PeerUpdate;
import dev.taltun.routing.IpAddress;
import dev.taltun.routing.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client of the lighthouse, known to it and to another node, that has gone bad: it gains nothing,
 * keeps nobody from talking, and lets nobody send more to a third party than it sends itself.
 */
class HostileClientSimulationTest extends SimulationTest {
    private static final int PLACES = 8;

    /** Somebody who has nothing to do with all this. */
    private static final int VICTIM = 60_000;

    private Identity aIs;
    private Identity bIs;
    private Identity evilIs;
    private SimNode lamp;
    private SimNode a;
    private SimNode b;
    private SimNode evil;
    private HostileClient client;

    /** Everything that engines sent. */
    private List<Network.Datagram> sent;

    @BeforeEach
    void world() {
        sim.network().rules().allowPunching();
        Identity lampIs = sim.identity("lamp");
        aIs = sim.identity("a");
        bIs = sim.identity("b");
        evilIs = sim.identity("evil");
        SimNode.Options options = SimNode.Options.random(sim.random());
        options.relay = true;
        options.lighthouse = true;
        lamp =
                sim.start(
                        lampIs,
                        options,
                        aIs.known().nowhere(),
                        bIs.known().nowhere(),
                        evilIs.known().nowhere());
        Identity.Known[] ofA = {
            lampIs.known().lighthouse(), bIs.known().nowhere(), evilIs.known().nowhere()
        };
        a = sim.start(aIs, ofA);
        b = sim.start(bIs, lampIs.known().lighthouse(), aIs.known().nowhere());
        evil = sim.start(evilIs, lampIs.known().lighthouse(), aIs.known().nowhere());
        sim.runSeconds(1.5);
        client = new HostileClient(sim, evil);
        sent = sim.network().record();
    }

    private boolean bothDirect() {
        return a.peer(b).isDirect() && b.peer(a).isDirect();
    }

    private static List<Endpoint> places(IntFunction<Endpoint> place) {
        List<Endpoint> places = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            places.add(place.apply(i));
        }
        return places;
    }

    private List<Endpoint> victims() {
        return places(i -> sim.outer(VICTIM, 1000 + i));
    }

    /** Bytes that went to an address, whatever the port. */
    private long bytesTo(Endpoint address) {
        return sent.stream()
                .filter(d -> d.to().high() == address.high() && d.to().low() == address.low())
                .mapToLong(Network.Datagram::length)
                .sum();
    }

    private long bytes(SimNode from, SimNode to) {
        return sent.stream()
                .filter(d -> d.from() == from.socket() && d.to().sameRemote(to.address()))
                .mapToLong(Network.Datagram::length)
                .sum();
    }

    private void assertTheOthersTalk() {
        sim.traffic().amid(a, b, 20);
        assertTrue(sim.runUntil(3, this::bothDirect), "no direct path");
        sim.runSeconds(1);
        sim.traffic().stop();
        sim.runSeconds(0.2);
        assertAllArrived();
    }

    @Test
    void whoRegistersWithAnothersAddressesGetsNothingOfIts() {
        for (int i = 0; i < 10; i++) {
            client.register(lamp, bIs.innerAddresses(), List.of(evil.address()));
            sim.runMillis(100);
        }
        assertTheOthersTalk();
        assertEquals(0, bytes(a, evil), "it was taken for the other");
        assertEquals(0, evil.count(Counter.PACKETS_OPENED));
    }

    /** Neither an answer nor a request to punch is believed of a peer that is no lighthouse. */
    @RepeatedTest(3)
    void onlyLighthousesAreBelieved() {
        a.send(evil);
        assertTrue(sim.runUntil(3, () -> evil.peer(a).isDirect() && a.peer(evil).isDirect()));
        for (int flags : new int[] {0, PeerUpdate.FLAG_PUNCH, PeerUpdate.FLAG_UNKNOWN}) {
            client.update(a, bIs.publicKey(), flags, 0, victims());
            client.update(lamp, bIs.publicKey(), flags, 0, victims());
            client.update(a, evilIs.publicKey(), flags, 0, victims());
            sim.runMillis(500);
        }
        assertEquals(0, bytesTo(sim.outer(VICTIM, 0)));
        assertTheOthersTalk();
    }

    /** What it does with its own session is its own affair; nobody else may notice. */
    @Test
    void floodsOfFramesKeepNobodyFromTalking() {
        sim.network().cut(a, b);
        sim.traffic().amid(a, b, 20);
        sim.runSeconds(1);
        long before = bytes(lamp, a);
        long dropped = lamp.count(Counter.CONTROL_FRAMES_DROPPED);
        for (int i = 0; i < 5000; i++) {
            client.query(lamp, aIs.publicKey(), evil.address());
            client.register(lamp, evilIs.innerAddresses(), List.of());
            sim.runMillis(2);
        }
        assertTrue(lamp.count(Counter.CONTROL_FRAMES_DROPPED) > dropped + 5000);
        assertTrue(bytes(lamp, evil) < client.spent() / 10, "it is answered without limit");
        // 10 requests to punch a second, 40 at once; and what the two others say to each other.
        long told = bytes(lamp, a) - before;
        assertTrue(told < client.spent() / 10, told + " bytes of signals for one node");
        sim.traffic().stop();
        sim.runSeconds(0.2);
        assertAllArrived();
        sim.network().cut(datagram -> false);
        sim.traffic().amid(a, b, 20);
        assertTrue(sim.runUntil(70, this::bothDirect), "not tried again");
        assertTheOthersTalk();
    }

    /**
     * It says that it is at a third party's: whoever is asked to connect to it sends there, but
     * less than it cost to have that asked for.
     */
    @ParameterizedTest
    @ValueSource(ints = {0xcb007107, 0xc0a80107, 0x0a141e28})
    void placesOfAThirdPartyGetNoMoreThanTheRequestCost(int address) {
        Endpoint victim = new Endpoint(0, Endpoint.mapped(address), 0, 0, 0, 0);
        List<Endpoint> lies =
                places(i -> new Endpoint(0, Endpoint.mapped(address), 1000 + i, 0, 0, 0));
        client.register(lamp, evilIs.innerAddresses(), lies);
        sim.runMillis(100);
        client.query(lamp, aIs.publicKey(), evil.address());
        sim.runSeconds(5);
        assertTrue(bytesTo(victim) > 0, "it was told of");
        assertTrue(bytesTo(victim) <= client.spent(), bytesTo(victim) + " bytes");
        assertTheOthersTalk();
    }

    /** Other lies every time, as fast as the lighthouse takes them. */
    @Test
    void placesThatChangeAllTheTimeGetNoMoreEither() {
        Endpoint victim = sim.outer(VICTIM, 0);
        for (int i = 0; i < 200; i++) {
            int port = 1000 + PLACES * i;
            client.register(
                    lamp, evilIs.innerAddresses(), places(j -> sim.outer(VICTIM, port + j)));
            client.query(lamp, aIs.publicKey(), evil.address());
            sim.runMillis(100);
        }
        sim.runSeconds(3);
        assertTrue(bytesTo(victim) > 0, "it was told of");
        assertTrue(
                bytesTo(victim) <= client.spent() / 5,
                bytesTo(victim) + " bytes for " + client.spent());
        assertTheOthersTalk();
    }

    /** Its datagrams to the lighthouse come as if from the third party. */
    @Test
    void whoIsSeenAtAThirdPartysGetsNoMoreThere() {
        Endpoint victim = sim.outer(VICTIM, 4000);
        client.register(lamp, evilIs.innerAddresses(), victims());
        for (int i = 0; i < 5; i++) {
            client.query(lamp, aIs.publicKey(), victim);
            sim.runSeconds(4);
        }
        assertTrue(bytesTo(victim) > 0, "it was seen there");
        assertTrue(
                bytesTo(victim) <= client.spent(),
                bytesTo(victim) + " bytes for " + client.spent());
        sim.notAccountable();
        assertTheOthersTalk();
    }

    /** To send there would send the tunnel through itself. */
    @Test
    void placesInsideTheTunnelAreNotTried() {
        List<Endpoint> inside = new ArrayList<>();
        for (Identity who : List.of(aIs, bIs, evilIs)) {
            for (IpPrefix own : who.innerAddresses()) {
                IpAddress address = own.address();
                inside.add(
                        own.v6()
                                ? new Endpoint(address.high(), address.low(), 51820, 0, 0, 0)
                                : new Endpoint(
                                        0, Endpoint.mapped(address.asInt()), 51820, 0, 0, 0));
            }
        }
        client.register(lamp, evilIs.innerAddresses(), inside);
        sim.runMillis(100);
        client.query(lamp, aIs.publicKey(), evil.address());
        sim.runSeconds(5);
        inside.forEach(place -> assertEquals(0, bytesTo(place), place::toString));
        assertFalse(sent.isEmpty());
        assertTheOthersTalk();
    }

    @RepeatedTest(3)
    void framesThatMakeNoSenseDoNothing() {
        a.send(evil);
        assertTrue(sim.runUntil(3, () -> evil.peer(a).isDirect() && a.peer(evil).isDirect()));
        Random random = sim.newRandom();
        for (int i = 0; i < 3000; i++) {
            byte[] rest = new byte[random.nextInt(i % 2 == 0 ? 60 : 1300)];
            random.nextBytes(rest);
            if (rest.length > 10 && random.nextBoolean()) {
                // Counts of list entries that are possible, or nearly.
                rest[8] = (byte) random.nextInt(6);
                rest[9] = (byte) random.nextInt(12);
            }
            boolean honest = random.nextInt(4) != 0;
            int said = honest ? rest.length : random.nextInt(0x10000);
            client.frame(
                    random.nextBoolean() ? lamp : a,
                    random.nextInt(ControlFrame.TYPE_FILTER_CHECK + 2),
                    said,
                    rest);
            sim.runMillis(20);
        }
        assertTrue(lamp.count(Counter.CONTROL_FRAMES_MALFORMED) > 100);
        assertTrue(a.count(Counter.CONTROL_FRAMES_MALFORMED) > 100);
        assertTheOthersTalk();
    }
}
