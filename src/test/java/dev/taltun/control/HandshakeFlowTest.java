package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.SecretKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.MessageType;
import dev.taltun.protocol.TransportData;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Handshakes between two nodes: who sends what, when, and what comes of it. */
class HandshakeFlowTest {
    private static final int EMPTY_PACKET = TransportData.OVERHEAD_BYTES;

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

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void theFirstPacketMakesTheSessionAndArrives() {
        pair(toB(), toA().nowhere());
        a.send(b, 7);
        lab.runSeconds(1);
        assertEquals(List.of(7), b.received);
        assertEquals(
                List.of(HandshakeInitiation.BYTES, HandshakeResponse.BYTES, 96),
                lab.wire.log.stream().map(Wire.Datagram::length).toList(),
                "no keepalive beside the packet that waited");
        assertEquals(List.of("first node2 initiator 192.0.2.2:51820"), a.events);
        assertEquals(List.of("first node1 responder 192.0.2.1:51820"), b.events);
        b.send(a, 8);
        lab.runSeconds(1);
        assertEquals(List.of(8), a.received);
        assertEquals(1, a.count(Counter.HANDSHAKES_COMPLETED));
        assertEquals(1, b.count(Counter.HANDSHAKES_COMPLETED));
    }

    @Test
    void packetsThatWaitedLeaveInOrder() {
        pair(toB(), toA());
        IntStream.range(0, 100).forEach(i -> a.send(b, i));
        lab.runSeconds(1);
        assertEquals(numbers(0, 100), b.received);
    }

    @Test
    void only128PacketsWaitAndTheOldestGo() {
        pair(toB(), toA());
        lab.wire.drop = datagram -> true;
        IntStream.range(0, 200).forEach(i -> a.send(b, i));
        lab.runSeconds(1);
        assertEquals(72, a.count(Counter.DROP_STAGED));
        lab.wire.drop = datagram -> false;
        lab.runSeconds(6);
        assertEquals(numbers(72, 200), b.received);
    }

    @Test
    void peersThatNeverAnswerDoNotUseUpThePool() {
        SecretKey[] dead = new SecretKey[8];
        Lab.Spec[] peers = new Lab.Spec[9];
        for (int i = 0; i < 8; i++) {
            dead[i] = lab.newKey();
            peers[i] = new Lab.Spec(10 + i, dead[i]);
        }
        peers[8] = toB();
        a = lab.node(1, keyA, peers);
        b = lab.node(2, keyB, toA());
        Node[] gone = new Node[8];
        for (int i = 0; i < 8; i++) {
            gone[i] = new Node(10 + i, dead[i], lab, List.of());
        }
        for (int packet = 0; packet < 200; packet++) {
            for (Node node : gone) {
                a.send(node, packet);
            }
            lab.settle();
        }
        long lost = a.count(Counter.DROP_NO_SESSION);
        IntStream.range(0, 8).forEach(i -> a.send(b, i));
        lab.runSeconds(1);
        assertEquals(numbers(0, 8), b.received);
        assertEquals(lost, a.count(Counter.DROP_NO_SESSION), "there was room for all of them");
    }

    @Test
    void packetsWaitWhileEveryBatchIsInUse() {
        pair(toB(), toA());
        a.send(b, 0);
        lab.wire.drop = datagram -> datagram.from() == b && a.batchesLeft;
        a.batchesLeft = false;
        lab.runSeconds(1);
        assertEquals(0, lab.wire.log.size());
        a.batchesLeft = true;
        lab.wire.drop = datagram -> false;
        lab.runSeconds(1);
        assertEquals(List.of(0), b.received, "tried again soon, not after five seconds");
    }

    @Test
    void aPeerWithoutEndpointIsNotWaitedFor() {
        pair(toB().nowhere(), toA());
        a.send(b, 1);
        lab.runSeconds(20);
        assertEquals(0, lab.wire.log.size());
        assertEquals(1, a.count(Counter.DROP_NO_ENDPOINT));
        b.send(a, 2);
        lab.runSeconds(1);
        assertEquals(List.of(2), a.received);
        a.send(b, 3);
        lab.runSeconds(1);
        assertEquals(List.of(3), b.received);
    }

    @Test
    void clientsShakeHandsAtStartAndServersWait() {
        pair(toB().initiates(), toA());
        lab.runSeconds(1);
        assertNotNull(a.session(b));
        assertNotNull(b.session(a), "confirmed by a keepalive");
        assertEquals(
                List.of(EMPTY_PACKET),
                lab.wire.sent(a, MessageType.TRANSPORT_DATA).stream()
                        .map(Wire.Datagram::length)
                        .toList());
        assertEquals(0, lab.wire.sent(b, MessageType.HANDSHAKE_INITIATION).size());
    }

    @Test
    void bothAtOnceEndWithAWorkingSessionOnEitherSide() {
        pair(toB().initiates(), toA().initiates());
        lab.runSeconds(1);
        assertEquals(1, lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).size());
        assertEquals(1, lab.wire.sent(b, MessageType.HANDSHAKE_INITIATION).size());
        for (int i = 0; i < 100; i++) {
            a.send(b, i);
            b.send(a, i);
            lab.runSeconds(3);
        }
        assertEquals(numbers(0, 100), b.received);
        assertEquals(numbers(0, 100), a.received);
        assertEquals(0, a.count(Counter.HANDSHAKE_INVALID) + b.count(Counter.HANDSHAKE_INVALID));
    }

    @Test
    void theResponseGoesToWhereTheInitiationCameFrom() {
        pair(toB().initiates(), toA().endpoint(new EndpointSpec.Numeric(Node.outer(99))));
        lab.runSeconds(1);
        Wire.Datagram response = lab.wire.sent(b, MessageType.HANDSHAKE_RESPONSE).getFirst();
        Endpoint to = response.to();
        assertTrue(to.sameRemote(a.address()));
        assertEquals(b.address().low(), to.localLow(), "from the address it was sent to");
        assertTrue(b.peer(a).endpoint().sameRemote(a.address()));
        assertEquals(1, b.timesTold("roamed node1 192.0.2.99:51820 192.0.2.1:51820"));
    }

    @Test
    void notTheInitiationButTheFirstPacketTellsWhereThePeerIs() {
        pair(toB().initiates(), toA().nowhere());
        lab.wire.drop = datagram -> datagram.type() == MessageType.TRANSPORT_DATA;
        lab.runSeconds(1);
        assertEquals(1, lab.wire.sent(b, MessageType.HANDSHAKE_RESPONSE).size());
        assertNull(b.peer(a).endpoint(), "anybody could have repeated an old initiation");
        lab.wire.drop = datagram -> false;
        a.send(b, 1);
        lab.runSeconds(1);
        assertTrue(b.peer(a).endpoint().sameRemote(a.address()));
    }

    @Test
    void aResponseAloneTellsWhereThePeerIs() {
        pair(toB().endpoint(new EndpointSpec.Numeric(Node.outer(99))), toA());
        // A router on the way leads there to b, which answers as itself.
        lab.wire.attach(Node.outer(99), b);
        a.send(b, 1);
        lab.runSeconds(1);
        assertTrue(a.peer(b).endpoint().sameRemote(b.address()));
    }

    @Test
    void aNodeThatMovedIsFollowedByItsHandshake() {
        pair(toB(), toA());
        a.send(b, 1);
        lab.runSeconds(1);
        Endpoint moved = Node.outer(77, 4000);
        a.moveTo(moved);
        lab.runSeconds(12);
        assertTrue(b.peer(a).endpoint().sameRemote(Node.outer(1)), "b cannot know yet");
        lab.runSeconds(5);
        assertEquals(
                2,
                lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).size(),
                "the answer to its packet went to the old place");
        assertTrue(b.peer(a).endpoint().sameRemote(moved));
        assertEquals(1, b.timesTold("roamed node1 192.0.2.1:51820 192.0.2.77:4000"));
        b.send(a, 3);
        a.send(b, 2);
        lab.runSeconds(1);
        assertEquals(List.of(1, 2), b.received);
        assertEquals(List.of(3), a.received);
    }

    @Test
    void roamingIsToldAtMostEveryTenSeconds() {
        pair(toB(), toA());
        a.send(b, 0);
        lab.runSeconds(1);
        for (int i = 1; i <= 50; i++) {
            a.moveTo(Node.outer(1, 2000 + i));
            a.send(b, i);
            lab.runSeconds(0.1);
        }
        lab.runSeconds(2);
        assertEquals(numbers(0, 51), b.received);
        assertEquals(1, b.timesTold("roamed"));
        lab.runSeconds(10);
        assertEquals(2, b.timesTold("roamed"), "the last place is told in the end");
        assertTrue(b.events.getLast().endsWith(":2050"));
    }

    @Test
    void differentPresharedKeysEndInNothingButAHint() {
        pair(toB().psk(lab.newKey()), toA().psk(lab.newKey()));
        a.send(b, 1);
        lab.runSeconds(30);
        assertEquals(List.of(), b.received);
        assertNull(a.session(b));
        assertNull(b.session(a));
        assertEquals(1, a.timesTold("not authentic node2"));
        assertTrue(a.count(Counter.HANDSHAKE_INVALID) >= 5);
        assertFalse(a.told("first") || b.told("first"));
    }

    @Test
    void equalPresharedKeysWork() {
        SecretKey psk = lab.newKey();
        pair(toB().psk(psk), toA().psk(psk));
        a.send(b, 1);
        lab.runSeconds(1);
        assertEquals(List.of(1), b.received);
    }

    @Test
    void aReplayedInitiationIsRefused() {
        pair(toB(), toA());
        a.send(b, 1);
        lab.runSeconds(1);
        Wire.Datagram initiation = lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).getFirst();
        lab.runSeconds(10);
        b.arrives(initiation.bytes(), Node.outer(66), b.address());
        lab.runSeconds(1);
        assertEquals(1, lab.wire.sent(b, MessageType.HANDSHAKE_RESPONSE).size());
        assertEquals(1, b.count(Counter.HANDSHAKE_INVALID));
        assertTrue(b.peer(a).endpoint().sameRemote(a.address()), "the replay moved nothing");
    }

    @Test
    void aReplayedResponseIsRefused() {
        pair(toB(), toA());
        a.send(b, 1);
        lab.runSeconds(1);
        Wire.Datagram response = lab.wire.sent(b, MessageType.HANDSHAKE_RESPONSE).getFirst();
        a.arrives(response.bytes(), Node.outer(66), a.address());
        lab.runSeconds(1);
        assertEquals(1, a.count(Counter.DROP_UNKNOWN_INDEX));
        assertTrue(a.peer(b).endpoint().sameRemote(b.address()));
    }

    @Test
    void aStrangerIsToldOfButNotAnswered() {
        pair(toB(), new Lab.Spec(3, lab.newKey()));
        a.send(b, 1);
        lab.runSeconds(100);
        assertEquals(0, lab.wire.sent(b, MessageType.HANDSHAKE_RESPONSE).size());
        assertTrue(b.count(Counter.HANDSHAKE_UNKNOWN_PEER) >= 15);
        assertTrue(b.told("unknown " + a.publicKey()));
        assertTrue(b.timesTold("unknown") <= 10);
    }

    @Test
    void aHandshakeUnderLossDuplicationAndReorderingCompletesInTheEnd() {
        lab.wire.loss = 0.3;
        lab.wire.repeat = 0.3;
        lab.wire.jitter = 50 * ManualClock.MILLI;
        pair(toB().initiates(), toA().initiates());
        for (int i = 0; i < 200; i++) {
            a.send(b, i);
            b.send(a, i);
            lab.runSeconds(2);
        }
        lab.wire.loss = 0;
        lab.runSeconds(10);
        a.received.clear();
        b.received.clear();
        a.send(b, 1000);
        b.send(a, 1000);
        lab.runSeconds(10);
        assertTrue(a.received.contains(1000), "seed " + lab.seed);
        assertTrue(b.received.contains(1000), "seed " + lab.seed);
    }
}
