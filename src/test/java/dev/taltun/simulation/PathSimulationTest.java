package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.control.PathChoice;
import dev.taltun.control.PathStatus;
import dev.taltun.control.SuiteChoice;
import dev.taltun.ffi.Errno;
import dev.taltun.metrics.Counter;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Which way packets take when the two sides, or the lighthouses, are not alike. */
class PathSimulationTest extends LighthouseWorld {
    private static final int UNREACHABLE_TRIES = 20;

    private SimNode.Options plain() {
        SimNode.Options options = SimNode.Options.random(sim.random());
        options.plain = true;
        return options;
    }

    private boolean isKind(SimNode from, SimNode to, PathStatus.Kind kind) {
        return from.path(to).kind() == kind;
    }

    /** Sends both ways for so long, and counts what was lost as no matter. */
    private void converge(SimNode one, SimNode other, double seconds) {
        sim.traffic().amid(one, other, 50);
        sim.runSeconds(seconds);
        sim.traffic().stop();
        sim.runSeconds(0.2);
        sim.ledger().writeOff();
    }

    private void exchange(SimNode one, SimNode other, double seconds) {
        sim.traffic().amid(one, other, 50);
        sim.runSeconds(seconds);
        stopAndAssertAllArrived();
    }

    // Plain WireGuard that calls us.

    private SimNode phone() {
        sim.plainSuites();
        Identity phoneIs = sim.identity("phone");
        open.add("a");
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere());
        a = sim.start(aIs, toLamp(), phoneIs.known().nowhere());
        Identity.Known toA = aIs.known().suites(SuiteChoice.WIREGUARD);
        SimNode phone = sim.start(phoneIs, plain(), toA.initiates().keepalive(25));
        sim.runSeconds(1.5);
        return phone;
    }

    @Test
    void aPlainPeerThatCallsUsIsAnsweredDirectly() {
        SimNode phone = phone();
        exchange(a, phone, 200);
        assertEquals(0, lamp.count(Counter.PACKETS_RELAYED));
        assertEquals(0, lamp.dropped());
        assertTrue(isKind(a, phone, PathStatus.Kind.DIRECT));
        assertEquals("", a.path(phone).reason());
        phone.socket().moveTo(sim.outer(77, 7777));
        phone.send(a);
        sim.runSeconds(0.5);
        exchange(a, phone, 10);
    }

    @Test
    void aPlainPeerIsCalledWhereItWasLast() {
        SimNode phone = phone();
        sim.nodes().remove(phone);
        sim.runSeconds(600);
        sim.nodes().add(phone);
        opened.add("phone>" + text(a.address()));
        a.send(phone);
        sim.runSeconds(6);
        assertAllArrived();
    }

    @Test
    void noProbeGoesToAPlainPeer() {
        SimNode phone = phone();
        exchange(a, phone, 20);
        long before = phone.peer(a).rxPackets();
        sim.runSeconds(20);
        assertTrue(phone.peer(a).rxPackets() - before <= 2, "more than a keepalive");
    }

    /** A client without lighthouse, of a node that has one: as silent as it may be. */
    @Test
    void aPeerThatNoLighthouseKnowsIsNotSoughtThere() {
        Identity guestIs = sim.identity("guest");
        open.add("a");
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere(), guestIs.known().nowhere());
        // So that each says HELLO.
        SuiteChoice both = SuiteChoice.automatic(true);
        a = sim.start(aIs, toLamp(), guestIs.known().nowhere().suites(both));
        open.add("guest");
        SimNode guest = sim.start(guestIs, aIs.known().suites(both).initiates());
        sim.runSeconds(1.5);
        for (double pause : new double[] {45, 200}) {
            exchange(a, guest, 2);
            sim.runSeconds(pause);
            a.send(guest);
            sim.runSeconds(0.5);
            assertAllArrived();
        }
        assertEquals(0, lamp.count(Counter.PACKETS_RELAYED));
        assertEquals(0, lamp.dropped());
    }

    // Lighthouses that are not all alike.

    private SimNode lamp2;

    /** Two lighthouses; the first is nearer to a. */
    private void startWithTwo(Identity... more) {
        Identity otherIs = sim.identity("lamp2");
        Identity.Known[] known = new Identity.Known[2 + more.length];
        known[0] = aIs.known().nowhere();
        known[1] = bIs.known().nowhere();
        for (int i = 0; i < more.length; i++) {
            known[2 + i] = more[i].known().nowhere();
        }
        lamp = sim.start(lampIs, lighthouse(), known);
        lamp2 = sim.start(otherIs, lighthouse(), known);
        Identity.Known[] knownToA = new Identity.Known[2 + 1 + more.length];
        knownToA[0] = toLamp();
        knownToA[1] = otherIs.known().lighthouse();
        knownToA[2] = bIs.known().nowhere();
        for (int i = 0; i < more.length; i++) {
            knownToA[3 + i] = more[i].known().nowhere();
        }
        a = sim.start(aIs, knownToA);
        b = sim.start(bIs, toLamp(), otherIs.known().lighthouse(), aIs.known().nowhere());
        for (SimNode node : List.of(a, b)) {
            sim.network().conditions(node, lamp).delayMillis(5);
            sim.network().conditions(lamp, node).delayMillis(5);
        }
    }

    @RepeatedTest(2)
    void eachPeerIsReachedThroughALighthouseThatKnowsIt() {
        Identity cIs = sim.identity("c");
        cut = sent -> isBetween(sent, "b", "lamp") || isBetween(sent, "c", "lamp2");
        directCut = true;
        startWithTwo(cIs);
        SimNode c = sim.start(cIs, toLamp(), aIs.known().nowhere());
        sim.runSeconds(5);
        converge(a, b, 2);
        converge(a, c, 2);
        sim.traffic().amid(a, b, 20).amid(a, c, 20);
        sim.runSeconds(20);
        stopAndAssertAllArrived();
        assertEquals("lamp2", a.path(b).relay());
        assertEquals("lamp", a.path(c).relay());
    }

    @Test
    void aLighthouseThatOnlyThePeerLostIsLeftByBoth() {
        directCut = true;
        startWithTwo();
        sim.runSeconds(3);
        exchange(a, b, 20);
        assertEquals("lamp", a.path(b).relay());
        assertEquals("lamp", b.path(a).relay());
        cut = sent -> isBetween(sent, "b", "lamp");
        sim.notAccountable();
        converge(a, b, 8);
        exchange(a, b, 20);
        assertEquals("lamp2", a.path(b).relay());
        assertEquals("lamp2", b.path(a).relay());
        assertFalse(bothDirect());
    }

    /** They die while the direct path lives: nothing may depend on them then. */
    @Test
    void withoutAnyLighthouseADirectPathLivesOn() {
        startWithTwo();
        sim.runSeconds(1.5);
        sim.traffic().amid(a, b, 20);
        assertTrue(sim.runUntil(1.5, this::bothDirect));
        sim.traffic().stop();
        sim.runSeconds(0.2);
        endLighthouses();
        exchange(a, b, 250);
        // Lost probes are no reason to send where nobody is.
        directCut = true;
        converge(a, b, 10);
        directCut = false;
        converge(a, b, 7);
        exchange(a, b, 20);
        assertTrue(isKind(a, b, PathStatus.Kind.DIRECT));
    }

    /** After some idle time the relay is tried first; but there is none. */
    @Test
    void whoWasIdleIsCalledWhereItWasWhenNoLighthouseLives() {
        start();
        sim.traffic().amid(a, b, 20);
        assertTrue(sim.runUntil(1.5, this::bothDirect));
        sim.runSeconds(2);
        sim.traffic().stop();
        sim.notAccountable();
        lamp.crash();
        sim.nodes().remove(lamp);
        open.add("b");
        sim.nodes().remove(a);
        sim.nodes().remove(b);
        sim.runSeconds(400);
        sim.nodes().add(a);
        sim.nodes().add(b);
        sim.runSeconds(5);
        sim.ledger().writeOff();
        a.send(b);
        sim.runSeconds(6);
        assertAllArrived();
        exchange(a, b, 20);
    }

    private void endLighthouses() {
        sim.notAccountable();
        for (SimNode each : List.of(lamp, lamp2)) {
            each.crash();
            sim.nodes().remove(each);
        }
    }

    // One side wants the relay only.

    private void startWith(PathChoice atA, PathChoice atB) {
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere(), bIs.known().nowhere());
        a = sim.start(aIs, toLamp(), bIs.known().nowhere().path(atA).keepalive(10));
        b = sim.start(bIs, toLamp(), aIs.known().nowhere().path(atB).keepalive(10));
        sim.runSeconds(1.5);
    }

    private static final String RELAY_THERE = "the peer is set to path = \"relay\"";

    @Test
    void whoWantsTheRelayOnlyNeverSendsDirectly() {
        open.add("a");
        open.add("b");
        startWith(PathChoice.RELAY, PathChoice.AUTO);
        List<Network.Datagram> sent = sim.network().record();
        exchange(a, b, 70);
        assertFalse(isDirect(a, b) || isDirect(b, a));
        assertTrue(sent.stream().noneMatch(d -> d.from() == a.socket() && isBetween(d, "a", "b")));
        assertEquals("path = \"relay\"", a.path(b).reason());
        assertEquals(RELAY_THERE, b.path(a).reason());
    }

    @Test
    void theWishForTheRelayEndsADirectPath() {
        startWith(PathChoice.AUTO, PathChoice.AUTO);
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(1.5, this::bothDirect));
        sim.runSeconds(2);
        Identity.Known next = bIs.known().nowhere().path(PathChoice.RELAY).keepalive(10);
        var done = a.commands().update(next.spec());
        assertTrue(sim.runUntil(1, done::isDone));
        done.join();
        List<Network.Datagram> sent = sim.network().record();
        // What goes to a session that is no more, until a probe was not answered: it is only the
        // lighthouse that says so.
        sim.runMillis(600);
        assertFalse(isDirect(a, b) || isDirect(b, a));
        sim.ledger().writeOff();
        sim.notAccountable();
        sim.runSeconds(70);
        stopAndAssertAllArrived();
        assertTrue(sent.stream().noneMatch(d -> d.from() == a.socket() && isBetween(d, "a", "b")));
        assertEquals(RELAY_THERE, b.path(a).reason());
    }

    /** The other side knows where it is, and would call it there. */
    @Test
    void whoWantsTheRelayOnlyIsNotCalledAtItsEndpointEither() {
        open.add("a");
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere(), bIs.known().nowhere());
        a = sim.start(aIs, toLamp(), bIs.known().nowhere().path(PathChoice.RELAY));
        b = sim.start(bIs, toLamp(), aIs.known());
        sim.runSeconds(1.5);
        b.send(a);
        sim.runSeconds(2);
        assertAllArrived();
        exchange(a, b, 20);
        assertEquals(RELAY_THERE, b.path(a).reason());
    }

    // One side knows an endpoint of the other.

    private void startWithEndpointAtA() {
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere(), bIs.known().nowhere());
        a = sim.start(aIs, toLamp(), bIs.known());
        b = sim.start(bIs, toLamp(), aIs.known().nowhere());
        sim.runSeconds(1.5);
    }

    @RepeatedTest(2)
    void whoHasAnEndpointIsReachedThroughTheLighthouseByOthersToo() {
        directCut = true;
        startWithEndpointAtA();
        b.send(a);
        sim.runSeconds(0.2);
        assertAllArrived();
        exchange(a, b, 70);
        assertEquals(0, a.count(Counter.DROP_WRONG_SOURCE));
        assertTrue(isKind(a, b, PathStatus.Kind.RELAY));
        directCut = false;
        sim.traffic().amid(a, b, 20);
        assertTrue(sim.runUntil(70, this::bothDirect), "not tried again");
    }

    @Test
    void anEndpointThatDoesNotAnswerIsReachedThroughTheLighthouse() {
        directCut = true;
        startWithEndpointAtA();
        a.send(b);
        sim.runSeconds(2);
        assertAllArrived();
        exchange(a, b, 20);
    }

    @Test
    void anEndpointThatAnswersNeedsNoLighthouse() {
        open.add("b");
        startWithEndpointAtA();
        a.send(b);
        sim.runSeconds(0.5);
        exchange(a, b, 130);
        assertEquals(0, lamp.count(Counter.PACKETS_RELAYED));
        assertTrue(isKind(a, b, PathStatus.Kind.DIRECT));
        assertTrue(isKind(b, a, PathStatus.Kind.DIRECT));
    }

    /** What was tried in vain before the lighthouse went says nothing about after it. */
    @Test
    void aLighthouseThatComesBackIsAskedAtOnce() {
        directCut = true;
        startWithEndpointAtA();
        converge(a, b, 5);
        assertTrue(isKind(a, b, PathStatus.Kind.RELAY));
        sim.nodes().remove(lamp);
        sim.traffic().amid(a, b, 50);
        assertTrue(sim.runUntil(30, () -> !isKind(a, b, PathStatus.Kind.RELAY)), "no other way");
        sim.nodes().add(lamp);
        assertTrue(sim.runUntil(20, () -> isKind(a, b, PathStatus.Kind.RELAY)), "not back");
        directCut = false;
        assertTrue(sim.runUntil(5, this::bothDirect), a.path(b).reason());
        sim.traffic().stop();
        sim.ledger().writeOff();
        sim.notAccountable();
    }

    // What the network says.

    private Network.Datagram lastData(List<Network.Datagram> sent) {
        return sent.stream()
                .filter(d -> d.from() == a.socket() && d.to().sameRemote(b.address()))
                .filter(d -> d.type() == 4)
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    @Test
    void whatTheNetworkCallsUnreachableIsLeftAtOnce() {
        for (int errno : List.of(Errno.EHOSTUNREACH, Errno.ENETUNREACH, Errno.EACCES)) {
            if (lamp == null) {
                start();
            }
            sim.traffic().amid(a, b, 10);
            assertTrue(sim.runUntil(70, this::bothDirect));
            List<Network.Datagram> sent = sim.network().record();
            sim.runSeconds(0.5);
            for (int i = 0; i < UNREACHABLE_TRIES; i++) {
                a.undelivered(Errno.EHOSTUNREACH, false, lastData(sent));
                sim.runMillis(5);
            }
            assertTrue(isDirect(a, b), "too few hops, said a router");
            a.undelivered(Errno.EMSGSIZE, true, lastData(sent));
            sim.runMillis(20);
            assertTrue(isDirect(a, b), "it was only too big");
            a.undelivered(errno, true, lastData(sent));
            sim.runMillis(20);
            assertFalse(isDirect(a, b), "still direct after " + errno);
            assertEquals("the network says that it is unreachable", a.path(b).reason());
        }
        stopAndAssertAllArrived();
    }

    @Test
    void whereThisMachineWillNotSendIsLeftAtOnce() {
        start();
        for (int errno : List.of(Errno.EPERM, Errno.ENETUNREACH, Errno.EHOSTUNREACH)) {
            sim.traffic().amid(a, b, 10);
            assertTrue(sim.runUntil(100, this::bothDirect));
            sim.runSeconds(0.5);
            a.socket().forbid(b.address(), Errno.ENOBUFS);
            sim.runMillis(50);
            assertTrue(isDirect(a, b), "only a full queue");
            a.socket().forbid(b.address(), errno);
            sim.runMillis(100);
            assertFalse(isDirect(a, b), "still direct after " + errno);
            sim.traffic().stop();
            sim.runMillis(200);
            sim.ledger().writeOff();
            // Nothing is lost from then on.
            exchange(a, b, 5);
            a.socket().forbid(null, 0);
        }
    }

    // Doubts.

    @Test
    void aDoubtIsNoChangeOfPath() {
        start();
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(1.5, this::bothDirect));
        sim.runSeconds(30);
        for (int i = 0; i < 4; i++) {
            directCut = true;
            assertTrue(sim.runUntil(2, () -> !isDirect(a, b)), "no doubt");
            assertTrue(a.path(b).reason().startsWith("in doubt"), a.path(b).reason());
            directCut = false;
            assertTrue(sim.runUntil(10, this::bothDirect), "the doubt does not end");
            sim.runSeconds(1);
            assertTrue(a.path(b).changedNanosAgo() > 30 * SimClock.SECOND);
        }
        sim.traffic().stop();
        sim.ledger().writeOff();
    }

    @Test
    void theOftenerAPathIsInDoubtTheMoreAnswersItTakes() {
        start();
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(1.5, this::bothDirect));
        sim.runSeconds(5);
        long[] took = new long[4];
        for (int i = 0; i < took.length; i++) {
            directCut = true;
            assertTrue(sim.runUntil(2, () -> !isDirect(a, b)), "no doubt");
            directCut = false;
            long from = sim.clock().nanoTime();
            assertTrue(sim.runUntil(20, () -> isDirect(a, b)));
            took[i] = sim.clock().nanoTime() - from;
            sim.runSeconds(1);
        }
        assertTrue(took[0] < 2 * SimClock.SECOND, took[0] + " ns");
        assertTrue(took[3] > took[0] + 2 * SimClock.SECOND, took[3] + " ns");
        sim.traffic().stop();
        sim.ledger().writeOff();
    }

    // Reasons.

    @Test
    void aPathThatDiesBothWaysDoesNotClaimThatPacketsCome() {
        start();
        sim.traffic().amid(a, b, 10);
        assertTrue(sim.runUntil(1.5, this::bothDirect));
        sim.runSeconds(5);
        directCut = true;
        sim.runSeconds(3.5);
        for (int i = 0; i < 100; i++) {
            assertFalse(a.path(b).reason().contains("packets come"), a.path(b).reason());
            sim.runSeconds(0.5);
        }
        sim.traffic().stop();
        sim.ledger().writeOff();
        sim.notAccountable();
    }
}
