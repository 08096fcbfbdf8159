package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.Query;
import dev.taltun.protocol.RelayProbe;
import dev.taltun.protocol.TransportData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Members ask a lighthouse for a node by themselves when its packets come, which costs the node
 * next to nothing: so it has to pay itself before they are told of places that may be a stranger's.
 */
class PaidPlacesSimulationTest extends SimulationTest {
    private static final int VICTIM = 60_000;

    private final List<SimNode> members = new ArrayList<>();
    private Endpoint victim;
    private SimNode lamp;
    private SimNode evil;
    private List<Network.Datagram> sent;

    private void start(int count, SimNode.Options options) {
        victim = sim.outer(VICTIM, 4000);
        sim.network().rules().allowPunching();
        Identity lampIs = sim.identity("lamp");
        Identity evilIs = sim.identity("evil");
        List<Identity> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(sim.identity("m" + i));
        }
        Identity.Known[] known = new Identity.Known[count + 1];
        Identity.Known[] ofEvil = new Identity.Known[count + 1];
        for (int i = 0; i < count; i++) {
            known[i] = all.get(i).known().nowhere();
            ofEvil[i] = all.get(i).known().nowhere();
        }
        known[count] = evilIs.known().nowhere();
        ofEvil[count] = lampIs.known().lighthouse();
        SimNode.Options lighthouse = SimNode.Options.random(sim.random());
        lighthouse.relay = true;
        lighthouse.lighthouse = true;
        lamp = sim.start(lampIs, lighthouse, known);
        evil = sim.start(evilIs, options, ofEvil);
        for (Identity one : all) {
            members.add(sim.start(one, lampIs.known().lighthouse(), evilIs.known().nowhere()));
        }
        sim.runSeconds(1.5);
        sent = sim.network().record();
    }

    private static boolean isAt(Endpoint place, Endpoint address) {
        return place.high() == address.high() && place.low() == address.low();
    }

    /** Neither pays nor asks, and hears nothing of what goes to the victim. */
    private void cutWhatItWouldPay() {
        sim.network()
                .cut(
                        d ->
                                (d.from() == evil.socket() && d.length() > Query.BYTES)
                                        || isAt(d.to(), victim));
    }

    private long bytesToVictim() {
        return sent.stream()
                .filter(d -> isAt(d.to(), victim))
                .mapToLong(Network.Datagram::length)
                .sum();
    }

    private long spent() {
        return sent.stream()
                .filter(d -> d.from() == evil.socket() && d.length() <= Query.BYTES)
                .mapToLong(Network.Datagram::length)
                .sum();
    }

    private void sendOneSmallPacketToEach() {
        members.forEach(member -> evil.send(member, false, 1, 8));
        sim.runSeconds(4);
        for (SimNode member : members) {
            assertTrue(
                    sent.stream()
                            .anyMatch(d -> d.from() == member.socket() && d.length() > Query.BYTES),
                    member + " did not ask for it");
        }
    }

    /** It says that it is at a third party's. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void whoIsAskedForGetsNothingSentToAStrangerForNothing(int count) {
        start(count, SimNode.Options.random(sim.random()));
        HostileClient client = new HostileClient(sim, evil);
        List<Endpoint> lies = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            lies.add(sim.outer(VICTIM, 1000 + i));
        }
        cutWhatItWouldPay();
        client.register(lamp, evil.identity().innerAddresses(), lies);
        sim.runMillis(100);
        sendOneSmallPacketToEach();
        long all = client.spent() + spent();
        assertTrue(bytesToVictim() <= all, bytesToVictim() + " bytes for " + all);
        sim.notAccountable();
    }

    /** Its datagrams come as if from a third party. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20})
    void whoIsSeenAtAStrangersGetsNothingSentThereForNothing(int count) {
        start(count, SimNode.Options.random(sim.random()));
        cutWhatItWouldPay();
        evil.socket().rebindTo(victim);
        sendOneSmallPacketToEach();
        assertTrue(bytesToVictim() > 0, "it was not seen there");
        assertTrue(bytesToVictim() <= spent(), bytesToVictim() + " bytes for " + spent());
        sim.notAccountable();
    }

    /** It keeps asking from there, for as many as it likes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void whoAsksFromAStrangersGetsNothingSentThereForNothing(int count) {
        start(count, SimNode.Options.random(sim.random()));
        HostileClient client = new HostileClient(sim, evil);
        cutWhatItWouldPay();
        client.register(lamp, evil.identity().innerAddresses(), List.of(), victim);
        sim.runMillis(100);
        for (int round = 0; round < 3; round++) {
            for (SimNode member : members) {
                client.query(lamp, member.identity().publicKey(), victim);
            }
            client.register(lamp, evil.identity().innerAddresses(), List.of(), victim);
            sim.runSeconds(5);
        }
        sim.runSeconds(60);
        assertTrue(bytesToVictim() > 0, "it was not seen there");
        assertTrue(
                bytesToVictim() <= client.spent(),
                bytesToVictim() + " bytes for " + client.spent());
        sim.notAccountable();
    }

    /**
     * One datagram with a stranger's address on it, while others send to the node, and then
     * silence.
     */
    @Test
    void whatOthersSignalDoesNotFollowToAStranger() {
        start(3, SimNode.Options.random(sim.random()));
        HostileClient client = new HostileClient(sim, evil);
        cutWhatItWouldPay();
        client.register(lamp, evil.identity().innerAddresses(), List.of(), victim);
        sim.runMillis(200);
        evil.crash();
        sim.nodes().remove(evil);
        for (SimNode member : members) {
            HostileClient friend = new HostileClient(sim, member);
            for (int i = 0; i < 5; i++) {
                friend.query(lamp, evil.identity().publicKey(), member.address());
                friend.frame(lamp, ControlFrame.TYPE_OPENED, RelayProbe.BYTES - 4, about(evil));
            }
            sim.runSeconds(1);
        }
        sim.runSeconds(60);
        assertTrue(
                bytesToVictim() <= client.spent(),
                bytesToVictim() + " bytes for " + client.spent());
        sim.notAccountable();
    }

    private static byte[] about(SimNode node) {
        byte[] body = new byte[RelayProbe.BYTES - ControlFrame.HEADER_BYTES];
        byte[] key = node.identity().publicKey().toBytes();
        System.arraycopy(key, 0, body, RelayProbe.KEY_OFFSET - 4, key.length);
        return body;
    }

    /**
     * Two that have places to pay for, and cannot reach each other: each question brings one
     * payment, and a payment brings none.
     */
    @Test
    void paymentsDoNotBringPayments() {
        Endpoint advertised = sim.outer(VICTIM, 5000);
        SimNode.Options options = SimNode.Options.random(sim.random());
        options.places = () -> List.of(advertised);
        start(1, options);
        SimNode member = members.getFirst();
        sim.network().cut(d -> d.from() != lamp.socket() && !d.to().sameRemote(lamp.address()));
        talk(member, 10);
        long first = payments(member) + payments(evil);
        // Each asks once, and pays once for the question of the other.
        assertTrue(first >= 2 && first <= 4, first + " questions and payments");
        talk(member, 100);
        long later = payments(member) + payments(evil) - first;
        assertTrue(later <= 8, later + " questions and payments in 100 s");
        sim.notAccountable();
    }

    /** Both say little, and often. */
    private void talk(SimNode member, double seconds) {
        for (int i = 0; i < 5 * seconds; i++) {
            member.send(evil, false, 1, 8);
            evil.send(member, false, 1, 8);
            sim.runMillis(200);
        }
    }

    private long payments(SimNode of) {
        return sent.stream()
                .filter(d -> d.from() == of.socket() && d.to().sameRemote(lamp.address()))
                .filter(d -> d.length() == Query.BYTES + TransportData.OVERHEAD_BYTES)
                .count();
    }

    /** Who means it pays at once: the place that only itself knows of is tried by who asks. */
    @Test
    void whoPaysIsLookedForAtAllItsPlaces() {
        Endpoint advertised = sim.outer(VICTIM, 5000);
        SimNode.Options options = SimNode.Options.random(sim.random());
        options.places = () -> List.of(advertised);
        start(1, options);
        SimNode member = members.getFirst();
        sim.network().cut(member, evil);
        member.send(evil);
        sim.runSeconds(4);
        assertTrue(
                sent.stream()
                        .anyMatch(
                                d -> d.from() == member.socket() && d.to().sameRemote(advertised)),
                "not told of");
    }
}
