package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.SecretKey;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Session;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.MessageType;
import dev.taltun.protocol.TransportData;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** WireGuard's timers (paper, section 6), one test for each, on a clock turned by hand. */
class TimersTest {
    private static final long SECOND = Lab.SECOND;
    private static final long MILLI = Lab.MILLI;

    /** A tick of the wheel, a step of the lab and the delay of the wire. */
    private static final long LATE = TimerWheel.TICK_NANOS + 2 * Lab.STEP;

    private static final long JITTER = Limits.REKEY_TIMEOUT_JITTER_MAX_NANOS;

    private final Lab lab = new Lab();
    private final SecretKey keyA = lab.newKey();
    private final SecretKey keyB = lab.newKey();
    private Node a;
    private Node b;

    private Lab.Spec toA() {
        return new Lab.Spec(1, keyA);
    }

    private Lab.Spec toB() {
        return new Lab.Spec(2, keyB);
    }

    private void pair(Lab.Spec bAsSeenByA, Lab.Spec aAsSeenByB) {
        a = lab.node(1, keyA, bAsSeenByA);
        b = lab.node(2, keyB, aAsSeenByB);
    }

    /** A session that a initiated, with nothing awaited on either side. */
    private long quietSession() {
        a.send(b, -1);
        lab.runSeconds(0.1);
        b.send(a, -2);
        lab.runSeconds(0.1);
        a.send(b, -3);
        lab.runSeconds(25);
        assertNotNull(a.session(b));
        lab.wire.log.clear();
        a.events.clear();
        b.events.clear();
        return a.session(b).createdNanos();
    }

    private static void assertWithin(long low, long high, long actual) {
        assertTrue(
                low <= actual && actual <= high,
                () ->
                        actual / MILLI
                                + " ms is not within "
                                + low / MILLI
                                + " to "
                                + high / MILLI
                                + " ms");
    }

    private List<Wire.Datagram> initiations(Node from) {
        return lab.wire.sent(from, MessageType.HANDSHAKE_INITIATION);
    }

    private List<Wire.Datagram> data(Node from) {
        return lab.wire.sent(from, MessageType.TRANSPORT_DATA);
    }

    @Test
    void initiationsAreSentAgainWithJitterUntilGivingUp() {
        pair(toB(), toA());
        lab.wire.drop = datagram -> true;
        long start = lab.clock.nanoTime();
        a.send(b, 1);
        lab.runSeconds(120);
        List<Wire.Datagram> sent = initiations(a);
        assertEquals(Limits.HANDSHAKE_ATTEMPTS_MAX + 2, sent.size());
        assertEquals(start, sent.getFirst().at());
        boolean differ = false;
        for (int i = 1; i < sent.size(); i++) {
            long gap = sent.get(i).at() - sent.get(i - 1).at();
            // Nobody should wait five seconds for a first connection because of one lost datagram.
            long wait = (i <= 2 ? i : 5) * SECOND;
            assertWithin(wait, wait + JITTER + LATE, gap);
            differ |= i > 3 && Math.abs(gap - (sent.get(3).at() - sent.get(2).at())) > LATE;
        }
        assertTrue(differ, "jitter");
        assertEquals(1, a.timesTold("gave up node2 1"));
        assertEquals(1, a.count(Counter.DROP_STAGED));
        assertEquals(0, a.indices.size(), "the abandoned handshake has no index");
    }

    @Test
    void afterGivingUpOnlyNewDataStartsAgain() {
        pair(toB(), toA());
        lab.wire.drop = datagram -> true;
        a.send(b, 1);
        lab.runSeconds(120);
        lab.wire.log.clear();
        lab.runSeconds(3600);
        assertEquals(0, lab.wire.log.size());
        lab.wire.drop = datagram -> false;
        a.send(b, 2);
        lab.runSeconds(1);
        assertEquals(List.of(2), b.received, "at once, without what was given up");
    }

    @Test
    void newDataProlongsTheTrying() {
        pair(toB(), toA());
        lab.wire.drop = datagram -> true;
        a.send(b, 1);
        lab.runSeconds(60);
        a.send(b, 2);
        lab.runSeconds(80);
        assertFalse(a.told("gave up"), "not 90 seconds since there last was a packet");
        lab.runSeconds(30);
        assertEquals(1, a.timesTold("gave up node2 2"));
    }

    @Test
    void aSessionThatIsToBeRenewedCanWait() {
        pair(toB(), toA());
        long created = quietSession();
        lab.wire.drop = datagram -> datagram.type() == MessageType.HANDSHAKE_INITIATION;
        lab.run(created + 121 * SECOND - lab.clock.nanoTime());
        a.send(b, 1);
        lab.runSeconds(12);
        List<Wire.Datagram> sent = initiations(a);
        assertEquals(3, sent.size());
        assertWithin(5 * SECOND, 5 * SECOND + JITTER + LATE, sent.get(1).at() - sent.get(0).at());
        assertEquals(List.of(-1, -3, 1), b.received, "by the session that there is");
    }

    @Test
    void neverMoreThanOneInitiationInFiveSeconds() {
        pair(toB(), toA());
        lab.wire.drop = datagram -> true;
        for (int i = 0; i < 300; i++) {
            a.send(b, i);
            lab.runSeconds(0.2);
        }
        List<Wire.Datagram> sent = initiations(a);
        assertTrue(sent.size() >= 10, "and it goes on");
        // But for the first two repetitions.
        for (int i = 3; i < sent.size(); i++) {
            assertTrue(sent.get(i).at() - sent.get(i - 1).at() >= 5 * SECOND);
        }
    }

    @Test
    void theInitiatorRekeysWhenItSendsAfterTwoMinutes() {
        pair(toB(), toA());
        long created = quietSession();
        Session first = a.session(b);
        lab.run(created + 119 * SECOND - lab.clock.nanoTime());
        a.send(b, 1);
        lab.runSeconds(0.5);
        assertEquals(0, initiations(a).size());
        lab.runSeconds(1);
        a.send(b, 2);
        lab.runSeconds(0.5);
        assertEquals(1, initiations(a).size());
        assertNotSame(first, a.session(b));
        assertEquals(List.of(-1, -3, 1, 2), b.received);
        assertEquals(1, a.timesTold("rekey node2 initiator"));
        assertEquals(1, b.timesTold("rekey node1 responder"));
    }

    @Test
    void theResponderDoesNotRekeyByTime() {
        pair(toB(), toA());
        long created = quietSession();
        lab.run(created + 125 * SECOND - lab.clock.nanoTime());
        for (int i = 0; i < 30; i++) {
            b.send(a, i);
            lab.runSeconds(1);
        }
        assertEquals(0, initiations(b).size());
    }

    @Test
    void theInitiatorRekeysInTheLastMinuteWhenItOnlyReceives() {
        pair(toB(), toA());
        long created = quietSession();
        lab.wire.drop = datagram -> datagram.from() == a && datagram.type() == 4;
        lab.run(created + 156 * SECOND - lab.clock.nanoTime());
        assertEquals(0, initiations(a).size());
        for (int i = 0; i < 30 && initiations(a).isEmpty(); i++) {
            b.send(a, i);
            lab.runSeconds(1);
        }
        assertWithin(165 * SECOND, 166 * SECOND + LATE, initiations(a).getFirst().at() - created);
    }

    @Test
    void dataThatIsNotAnsweredForFifteenSecondsMakesANewHandshake() {
        pair(toB(), toA());
        quietSession();
        lab.wire.drop = datagram -> datagram.from() == b;
        assertTrue(a.peer(b).endpoint().hasLocal(), "learned from the response");
        long start = lab.clock.nanoTime();
        a.send(b, 1);
        lab.runSeconds(4);
        a.send(b, 2);
        lab.runSeconds(14);
        List<Wire.Datagram> sent = initiations(a);
        assertEquals(1, sent.size());
        assertWithin(15 * SECOND, 15 * SECOND + JITTER + LATE, sent.getFirst().at() - start);
        assertFalse(sent.getFirst().to().hasLocal(), "our own address may be what is wrong");
    }

    @Test
    void dataThatIsAnsweredMakesNoHandshake() {
        pair(toB(), toA());
        quietSession();
        a.send(b, 1);
        lab.runSeconds(40);
        assertEquals(0, initiations(a).size(), "b answered with a keepalive");
    }

    @Test
    void receivedDataIsAnsweredByAKeepaliveAfterTenSeconds() {
        pair(toB(), toA());
        quietSession();
        long before = a.count(Counter.KEEPALIVES_RECEIVED);
        long start = lab.clock.nanoTime();
        a.send(b, 1);
        lab.runSeconds(30);
        List<Wire.Datagram> sent = data(b);
        assertEquals(1, sent.size(), "one, and none for the keepalive");
        assertEquals(TransportData.OVERHEAD_BYTES, sent.getFirst().length());
        assertWithin(10 * SECOND, 10 * SECOND + LATE, sent.getFirst().at() - start);
        assertEquals(1, data(a).size(), "a keepalive is not answered");
        assertEquals(1, a.count(Counter.KEEPALIVES_RECEIVED) - before);
    }

    @Test
    void dataInTheOtherDirectionSavesTheKeepalive() {
        pair(toB(), toA());
        quietSession();
        a.send(b, 1);
        lab.runSeconds(9);
        b.send(a, 2);
        lab.runSeconds(5);
        assertEquals(1, data(b).size());
        lab.runSeconds(10);
        assertEquals(2, data(a).size(), "and a answers that one");
    }

    @Test
    void theHeartbeatComesAfterSilenceInEitherDirection() {
        pair(toB().keepalive(25).initiates(), toA());
        long start = lab.clock.nanoTime();
        lab.runSeconds(1);
        lab.wire.log.clear();
        lab.runSeconds(24.5);
        assertEquals(1, data(a).size());
        assertWithin(
                25 * SECOND, 25 * SECOND + LATE + 2 * Lab.STEP, data(a).getFirst().at() - start);
        lab.runSeconds(10);
        b.send(a, 1);
        lab.runSeconds(20);
        assertEquals(2, data(a).size(), "the passive keepalive put it off");
        lab.runSeconds(25);
        assertEquals(3, data(a).size());
    }

    @Test
    void theHeartbeatKeepsASessionForEverAndRekeysOnTheWay() {
        pair(toB().keepalive(10).initiates(), toA().nowhere());
        for (int i = 0; i < 60; i++) {
            lab.runSeconds(60);
            assertNotNull(b.session(a));
            assertNotNull(a.session(b));
        }
        assertEquals(0, a.timesTold("silent"));
        long rekeys = a.timesTold("rekey");
        assertTrue(rekeys >= 27 && rekeys <= 30, rekeys + " rekeys in an hour");
        assertEquals(0, initiations(b).size());
    }

    @Test
    void theHeartbeatOfAClientBringsASessionBack() {
        pair(toB().keepalive(10).initiates(), toA());
        lab.runSeconds(1);
        lab.wire.drop = datagram -> true;
        lab.runSeconds(1000);
        assertNull(a.session(b));
        assertTrue(a.timesTold("gave up") > 1, "and it starts again each time");
        lab.wire.drop = datagram -> false;
        lab.runSeconds(20);
        assertNotNull(a.session(b));
    }

    @Test
    void theHeartbeatOfAServerDoesNotStartAHandshake() {
        pair(toB(), toA().keepalive(10));
        quietSession();
        assertTrue(data(b).isEmpty());
        lab.runSeconds(12);
        assertEquals(1, data(b).size(), "but it keeps a session that is there");
        lab.wire.drop = datagram -> datagram.from() == a;
        lab.runSeconds(1000);
        assertEquals(0, initiations(b).size());
        assertNull(b.session(a));
    }

    @Test
    void aSessionGoesAfterThreeMinutes() {
        pair(toB(), toA());
        long created = quietSession();
        lab.run(created + 179 * SECOND - lab.clock.nanoTime());
        assertNotNull(a.session(b));
        lab.runSeconds(1 + 1 + 0.2);
        assertNull(a.session(b));
        assertNull(b.session(a));
        lab.runSeconds(1);
        assertEquals(0, a.indices.size());
        assertTrue(a.keys.stream().allMatch(key -> key.closed), "and its keys are wiped");
        assertTrue(b.keys.stream().allMatch(key -> key.closed));
        assertEquals(0, lab.wire.log.size(), "nobody misses it");
    }

    @Test
    void theResponderInitiatesWhenItHasDataAndNoSession() {
        pair(toB(), toA());
        long created = quietSession();
        lab.run(created + 185 * SECOND - lab.clock.nanoTime());
        b.send(a, 9);
        lab.runSeconds(1);
        assertEquals(1, initiations(b).size());
        assertEquals(List.of(-2, 9), a.received);
    }

    @Test
    void aResponseThatGetsLostLeadsToAnotherHandshake() {
        pair(toB(), toA());
        lab.wire.drop = datagram -> datagram.type() == 2 && lab.wire.log.size() < 3;
        a.send(b, 1);
        lab.runSeconds(7);
        assertEquals(2, initiations(a).size());
        assertEquals(List.of(1), b.received);
    }

    @Test
    void dataOfTheResponderWaitsForConfirmationAndIsNotForgotten() {
        pair(toB(), toA());
        // What a sends once it has the session gets lost, so b cannot use it.
        lab.wire.drop = datagram -> datagram.from() == a && datagram.type() == 4;
        a.send(b, 1);
        lab.runSeconds(0.5);
        b.send(a, 2);
        lab.runSeconds(4);
        assertEquals(List.of(), a.received);
        assertEquals(0, initiations(b).size(), "it just responded");
        lab.runSeconds(3);
        assertEquals(List.of(2), a.received, "then it shook hands itself");
    }

    @Test
    void nothingIsLeftOfAPeerAfterNineMinutes() {
        pair(toB(), toA());
        quietSession();
        lab.runSeconds(600);
        assertEquals(0, a.indices.size());
        assertTrue(a.keys.stream().allMatch(key -> key.closed));
        lab.wire.log.clear();
        a.send(b, 5);
        lab.runSeconds(1);
        assertEquals(5, b.received.getLast());
    }

    @Test
    void rekeyUnderLoadLosesNothing() {
        pair(toB(), toA());
        lab.wire.delay = 40 * MILLI;
        lab.wire.jitter = 30 * MILLI;
        int n = 0;
        for (int i = 0; i < 400; i++) {
            for (int k = 0; k < 5; k++) {
                a.send(b, n);
                b.send(a, n);
                n++;
            }
            lab.runSeconds(1);
        }
        lab.runSeconds(1);
        List<Integer> all = IntStream.range(0, n).boxed().toList();
        assertEquals(all, b.received.stream().sorted().toList());
        assertEquals(all, a.received.stream().sorted().toList());
        long rekeys = a.timesTold("rekey");
        assertTrue(rekeys >= 3, rekeys + " rekeys");
    }

    @Test
    void aSilentPeerIsToldOfAfterFifteenSecondsThenEveryMinute() {
        pair(toB().keepalive(10).initiates(), toA());
        quietSession();
        lab.wire.drop = datagram -> datagram.from() == b;
        a.send(b, 1);
        lab.runSeconds(14);
        assertFalse(a.told("silent"));
        lab.runSeconds(8);
        assertEquals(1, a.timesTold("silent node2"));
        lab.runSeconds(50);
        assertEquals(1, a.timesTold("silent node2"));
        lab.runSeconds(600);
        long told = a.timesTold("silent node2");
        assertTrue(told >= 8 && told <= 11, told + " times in 11 minutes");
        assertFalse(a.told("answers"));
        lab.wire.drop = datagram -> false;
        lab.runSeconds(20);
        assertEquals(1, a.timesTold("answers node2"));
    }

    @Test
    void aPeerThatWasNeverThereIsToldOfToo() {
        pair(toB().keepalive(10).initiates(), toA());
        lab.wire.drop = datagram -> true;
        lab.runSeconds(14.5);
        assertFalse(a.told("silent"));
        lab.runSeconds(6);
        assertEquals(1, a.timesTold("silent node2"));
    }

    @Test
    void oneLostInitiationAfterALongSilenceIsNoNews() {
        pair(toB(), toA());
        quietSession();
        lab.runSeconds(3600);
        int[] lose = {1};
        lab.wire.drop = datagram -> lose[0]-- > 0;
        a.send(b, 1);
        lab.runSeconds(8);
        assertEquals(1, b.received.getLast());
        assertFalse(a.told("silent"));
    }

    @Test
    void aRestartedPeerIsNoticedByDataAndBack() {
        pair(toB(), toA());
        quietSession();
        Session old = a.session(b);
        lab.nodes.remove(b);
        lab.wire.detach(b.address());
        Node again = lab.node(2, keyB, toA().nowhere());
        for (int i = 0; i < 20; i++) {
            a.send(b, i);
            lab.runSeconds(1);
        }
        assertNotSame(old, a.session(b));
        assertTrue(again.received.contains(19));
    }

    @Test
    void idlePeersAreNotLookedAt() {
        pair(toB(), toA());
        lab.runSeconds(10);
        assertEquals(0, a.stepControl());
        quietSession();
        lab.runSeconds(1000);
        int work = 0;
        for (int i = 0; i < 1000; i++) {
            lab.clock.advanceNanos(SECOND);
            work += a.stepControl();
        }
        assertEquals(0, work);
    }
}
