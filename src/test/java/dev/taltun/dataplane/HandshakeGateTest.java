package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.taltun.crypto.Blake2s;
import dev.taltun.crypto.SecretKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.peer.Peer;
import dev.taltun.testing.ManualClock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which handshake messages reach the control agent, and in which of the two queues. */
class HandshakeGateTest {
    private final ManualClock clock = new ManualClock();
    private final Node a = new Node(1, clock, 1420, new Offloads(64, true, true));
    private final Node b = new Node(2, clock, 1420, new Offloads(64, true, true));
    private final Peer ofB = b.addPeer(1);

    @BeforeEach
    void connect() {
        Node.connect(a, a.addPeer(2), b, ofB);
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private void receive(byte[] datagram) {
        b.udp.offer(datagram, a.address);
        assertEquals(1, b.inbound.doWork());
    }

    private void dropped(Counter reason, byte[] datagram) {
        long before = b.count(reason);
        receive(datagram);
        assertEquals(before + 1, b.count(reason), reason.name());
    }

    @Test
    void handshakesGoToTheControlAgent() {
        for (int type = 1; type <= 3; type++) {
            byte[] message = handshake(type, b.indices.allocate(ofB));
            receive(message);
            ReceivedHandshake received =
                    type == 1 ? b.control.pollHandshake() : b.control.pollProvenHandshake();
            assertEquals(message.length, received.length());
            assertEquals(a.address, received.source());
            byte[] copy = received.memory().asSlice(0, received.length()).toArray(Layouts.BYTE);
            assertArrayEquals(message, copy);
            received.release();
            dropped(Counter.DROP_TOO_SHORT, Arrays.copyOf(message, message.length - 1));
            dropped(Counter.DROP_TOO_SHORT, Arrays.copyOf(message, message.length + 1));
        }
        assertNull(b.control.pollHandshake());
        assertNull(b.control.pollProvenHandshake());
    }

    /** A handshake message to b, for an index of b's where it has one. */
    private byte[] handshake(int type, int index) {
        int[] lengths = {148, 92, 64};
        byte[] message = new byte[lengths[type - 1]];
        message[0] = (byte) type;
        message[40] = (byte) (40 + type);
        int at = type == 2 ? 8 : 4;
        for (int i = 0; i < Integer.BYTES; i++) {
            message[at + i] = (byte) (index >>> 8 * i);
        }
        if (type < 3) {
            b.mark(message);
        }
        return message;
    }

    @Test
    void whoDoesNotKnowUsDoesNotReachTheControlAgent() {
        int waiting = b.indices.allocate(ofB);
        int answered = ofB.session().localIndex();
        for (int type = 1; type <= 2; type++) {
            byte[] message = handshake(type, waiting);
            for (int at : new int[] {20, message.length - 32, message.length - 17}) {
                byte[] forged = message.clone();
                forged[at] ^= 1;
                dropped(Counter.HANDSHAKE_BAD_MAC, forged);
            }
        }
        dropped(Counter.DROP_UNKNOWN_INDEX, handshake(2, waiting + 256));
        dropped(Counter.DROP_UNKNOWN_INDEX, handshake(2, answered));
        dropped(Counter.DROP_UNKNOWN_INDEX, handshake(3, waiting + 256));
        assertNull(b.control.pollHandshake());
        assertNull(b.control.pollProvenHandshake());
    }

    @Test
    void aFloodOfHandshakesIsBounded() {
        byte[] message = handshake(1, 0);
        int flood = ControlPort.HANDSHAKE_QUEUE + 100;
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < flood; i++) {
                b.udp.offer(message, a.address);
            }
            b.work();
            assertEquals(ControlPort.HANDSHAKE_QUEUE, b.control.handshakesWaiting());
            assertEquals(100L * (round + 1), b.count(Counter.HANDSHAKE_QUEUE_FULL));
            for (int i = 0; i < ControlPort.HANDSHAKE_QUEUE; i++) {
                b.control.pollHandshake().release();
            }
        }
    }

    @Test
    void aFloodThatFindsNoRoomMakesNoObjects() {
        HandshakeGate gate =
                new HandshakeGate(Arena.ofAuto(), b.control, b.indices, b.counters.newBlock());
        byte[] message = handshake(1, 0);
        RxBatch batch = new RxBatch(Arena.ofAuto(), 1, 1600);
        MemorySegment.copy(message, 0, batch.slab(), Layouts.BYTE, 0, message.length);
        batch.reset();
        batch.add(message.length, message.length, false, a.address);
        int calls = 20_000;
        for (int i = 0; i < calls; i++) {
            gate.pass(1, batch, 0, 0, message.length);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            gate.pass(1, batch, 0, 0, message.length);
        }
        long each = (threads.getCurrentThreadAllocatedBytes() - before) / calls;
        assertTrue(each < 16, each + " bytes for each");
    }

    @Test
    void whoHasACookieForItsAddressIsNotDisplacedByAFlood() {
        byte[] message = handshake(1, 0);
        for (int i = 0; i < ControlPort.HANDSHAKE_QUEUE + 100; i++) {
            b.udp.offer(message, a.address);
        }
        b.work();
        byte[] bytes = new byte[SecretKey.BYTES];
        Arrays.fill(bytes, (byte) 7);
        SecretKey secret = SecretKey.copyOf(bytes);
        b.control.cookieSecret(secret);
        byte[] proven = message.clone();
        byte[] source =
                ByteBuffer.allocate(18)
                        .putLong(a.address.high())
                        .putLong(a.address.low())
                        .putShort((short) a.address.port())
                        .array();
        byte[] cookie = Blake2s.keyed(bytes, 16, source);
        int at = proven.length - 16;
        byte[] mac2 = Blake2s.keyed(cookie, 16, Arrays.copyOf(proven, at));
        System.arraycopy(mac2, 0, proven, at, 16);
        receive(proven);
        ReceivedHandshake received = b.control.pollProvenHandshake();
        assertEquals(proven.length, received.length());
        received.release();
        dropped(Counter.HANDSHAKE_QUEUE_FULL, message);
        proven[at] ^= 1;
        dropped(Counter.HANDSHAKE_QUEUE_FULL, proven);
        proven[at] ^= 1;
        b.udp.offer(proven, new Endpoint(0, Endpoint.mapped(9), 51820, 0, 0, 0));
        b.work();
        secret.close();
        receive(proven);
        assertNull(b.control.pollProvenHandshake(), "another address, and no secret any more");
    }
}
