package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.protocol.Query;
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
    @ValueSource(ints = 1)
    void whoIsSeenAtAStrangersGetsNothingSentThereForNothing(int count) {
        start(count, SimNode.Options.random(sim.random()));
        cutWhatItWouldPay();
        evil.socket().rebindTo(victim);
        sendOneSmallPacketToEach();
        assertTrue(bytesToVictim() > 0, "it was not seen there");
        assertTrue(bytesToVictim() <= spent(), bytesToVictim() + " bytes for " + spent());
        sim.notAccountable();
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
