package dev.taltun.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.PublicKey;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PeerTest {
    private final Peer peer = new Peer(PublicKey.copyOf(new byte[PublicKey.BYTES]), "office");

    @Test
    void beginsWithNothing() {
        assertNull(peer.session());
        assertNull(peer.endpoint());
        assertEquals(0, peer.lastSent());
        assertEquals(0, peer.lastReceived());
        assertEquals(0, peer.awaitingReplySince());
        assertEquals(0, peer.keepaliveDueSince());
        assertEquals("office", peer.toString());
    }

    @Test
    void oneWishQueuesThePeerOnce() {
        assertTrue(peer.request(Peer.WANT_HANDSHAKE));
        assertFalse(peer.request(Peer.WANT_HANDSHAKE));
        assertFalse(peer.request(Peer.TIMERS_STARTED), "it waits in the mailbox already");
        assertEquals(Peer.WANT_HANDSHAKE | Peer.TIMERS_STARTED, peer.takeRequests());
        assertEquals(0, peer.takeRequests());
        assertTrue(peer.request(Peer.SESSION_CONFIRMED));
    }

    /** Each wish made is taken, and for each time the wishes become some, one caller queues. */
    @Test
    void noWishOfManyThreadsIsLost() throws InterruptedException {
        AtomicInteger queued = new AtomicInteger();
        Thread[] threads = new Thread[2];
        for (int t = 0; t < threads.length; t++) {
            int wish = 1 << t;
            threads[t] =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = 0; i < 200_000; i++) {
                                            if (peer.request(wish)) {
                                                queued.incrementAndGet();
                                            }
                                        }
                                    });
        }
        int taken = 0;
        boolean alive = true;
        while (alive) {
            alive = threads[0].isAlive() || threads[1].isAlive();
            // The control agent: the peer is in the mailbox, so it has wishes.
            if (queued.get() > taken) {
                taken++;
                assertTrue(peer.takeRequests() != 0);
            }
        }
        while (queued.get() > taken) {
            taken++;
            assertTrue(peer.takeRequests() != 0);
        }
        assertEquals(0, peer.takeRequests());
    }

    @Test
    void sendingStartsTheWaitForAnAnswerThatReceivingEnds() {
        assertTrue(peer.noteDataSent(100, 1000, 2));
        assertFalse(peer.noteDataSent(200, 500, 1));
        assertEquals(100, peer.awaitingReplySince());
        assertEquals(200, peer.lastSent());
        assertEquals(1500, peer.txBytes());
        assertEquals(3, peer.txPackets());
        peer.noteSent(250, 32, 1);
        assertEquals(100, peer.awaitingReplySince(), "a keepalive asks for no answer");
        peer.noteReceived(300, 32, 1);
        assertEquals(0, peer.awaitingReplySince());
        assertEquals(0, peer.keepaliveDueSince(), "nor is one owed for a keepalive");
        assertTrue(peer.noteDataSent(400, 1, 1));
        peer.clearAwaitingReply();
        assertEquals(0, peer.awaitingReplySince());
    }

    @Test
    void receivingDataOwesAnAnswerThatAnySendingGives() {
        assertTrue(peer.noteDataReceived(100, 1000, 2));
        assertFalse(peer.noteDataReceived(200, 500, 1));
        assertEquals(100, peer.keepaliveDueSince());
        assertEquals(200, peer.lastReceived());
        assertEquals(1500, peer.rxBytes());
        assertEquals(3, peer.rxPackets());
        peer.noteSent(300, 32, 1);
        assertEquals(0, peer.keepaliveDueSince());
        assertTrue(peer.noteDataReceived(400, 1, 1));
        assertFalse(peer.noteDataSent(500, 1, 1) && peer.keepaliveDueSince() != 0);
        assertEquals(0, peer.keepaliveDueSince());
    }
}
