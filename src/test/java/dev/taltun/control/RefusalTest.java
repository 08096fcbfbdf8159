package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.SecretKey;
import dev.taltun.protocol.MessageType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nobody listens yet where the first initiation goes, and the network says so. */
class RefusalTest {
    private final Lab lab = new Lab();
    private final SecretKey keyA = lab.newKey();
    private final SecretKey keyB = lab.newKey();

    private Node alone() {
        Node a = lab.node(1, keyA, new Lab.Spec(2, keyB).initiates());
        lab.runSeconds(0.03);
        return a;
    }

    private List<Wire.Datagram> initiations(Node a) {
        return lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION);
    }

    /** As long as nobody listens, each initiation is refused at once. */
    private void refuseFor(Node a, double seconds) {
        int refused = 0;
        for (int step = 0; step < seconds * 100; step++) {
            lab.runSeconds(0.01);
            List<Wire.Datagram> sent = initiations(a);
            while (refused < sent.size()) {
                a.refused(sent.get(refused++));
            }
        }
    }

    @Test
    void thePeerThatStartsALittleLaterIsConnectedSoon() {
        Node a = alone();
        refuseFor(a, 0.7);
        Node b = lab.node(2, keyB, new Lab.Spec(1, keyA));
        lab.runSeconds(0.25);
        assertEquals(1, b.events.size(), () -> "events " + b.events);
        assertTrue(a.told("first node2 initiator"));
        List<Wire.Datagram> sent = initiations(a);
        for (int i = 1; i < sent.size(); i++) {
            long pause = sent.get(i).at() - sent.get(i - 1).at();
            assertTrue(pause >= 100 * Lab.MILLI, "pause " + pause);
            assertTrue(pause <= 300 * Lab.MILLI, "pause " + pause);
        }
    }

    @Test
    void aRefusalIsWorthAFewTriesOnlyAndTheHopeLastsAsLong() {
        Node a = alone();
        refuseFor(a, 60);
        int tries = initiations(a).size();
        assertTrue(tries >= 15 && tries <= 25, tries + " initiations in a minute");
        Node b = lab.node(2, keyB, new Lab.Spec(1, keyA));
        lab.runSeconds(6);
        assertTrue(b.told("first node1 responder"), () -> "events " + b.events);
    }

    @Test
    void whoCannotQuoteTheInitiationIsNotBelieved() {
        Node a = alone();
        Wire.Datagram sent = initiations(a).getFirst();
        for (int i = 0; i < 50; i++) {
            byte[] guess = sent.bytes().clone();
            guess[4 + i % 4] ^= (byte) (1 + i);
            a.refused(new Wire.Datagram(0, a, sent.source(), sent.to(), guess));
            lab.settle();
        }
        lab.runSeconds(0.9);
        assertEquals(1, initiations(a).size());
    }

    @Test
    void aLostPacketAfterARefusalDoesNotCostFiveSeconds() {
        Node a = alone();
        a.refused(initiations(a).getFirst());
        // The kernel limits what it says: no more is heard of the next.
        lab.runSeconds(0.5);
        assertEquals(2, initiations(a).size());
        lab.runSeconds(1.4);
        assertEquals(3, initiations(a).size());
    }
}
