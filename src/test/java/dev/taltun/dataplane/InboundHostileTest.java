package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import dev.taltun.peer.Peer;
import dev.taltun.testing.ManualClock;
import java.util.EnumSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeProperty;

/** Whatever bytes come from the network: no exception, nothing delivered, each counted once. */
class InboundHostileTest {
    private static final Set<Counter> FATES =
            EnumSet.of(
                    Counter.DROP_TOO_SHORT,
                    Counter.DROP_TRUNCATED,
                    Counter.DROP_UNKNOWN_TYPE,
                    Counter.DROP_UNKNOWN_INDEX,
                    Counter.DROP_EXPIRED,
                    Counter.DROP_NOT_AUTHENTIC,
                    Counter.DROP_REPLAYED,
                    Counter.HANDSHAKE_QUEUE_FULL,
                    Counter.HANDSHAKE_BAD_MAC);
    private static final Endpoint SOMEBODY = new Endpoint(0, Endpoint.mapped(5), 5, 0, 0, 0);

    private static Node a;
    private static Node b;
    private static Peer ofB;
    private static int handshakes;

    @BeforeProperty
    void connect() {
        close();
        ManualClock clock = new ManualClock();
        a = new Node(1, clock, 1420, new Offloads(64, true, true));
        b = new Node(2, clock, 1420, new Offloads(64, true, true));
        ofB = b.addPeer(1);
        Node.connect(a, a.addPeer(2), b, ofB);
        handshakes = 0;
    }

    @AfterContainer
    static void close() {
        if (a != null) {
            a.close();
            b.close();
            a = null;
        }
    }

    private static long fates() {
        long sum = handshakes;
        for (Counter fate : FATES) {
            sum += b.count(fate);
        }
        return sum;
    }

    private static ReceivedHandshake next() {
        ReceivedHandshake handshake = b.control.pollProvenHandshake();
        return handshake != null ? handshake : b.control.pollHandshake();
    }

    private static void hostile(byte[] bytes, int segmentSize, boolean truncated, int datagrams) {
        long before = fates();
        b.udp.offerRun(bytes, segmentSize, truncated, SOMEBODY);
        assertEquals(1, b.inbound.doWork());
        ReceivedHandshake handshake;
        while ((handshake = next()) != null) {
            handshakes++;
            handshake.release();
        }
        assertEquals(before + datagrams, fates(), "each datagram has one fate");
        assertTrue(b.tun.packets.isEmpty());
        assertEquals(a.address, ofB.endpoint());
        assertEquals(0, ofB.rxPackets());
    }

    @Property(tries = 2000)
    void randomDatagrams(
            @ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(max = 255) int type) {
        hostile(bytes, bytes.length, false, 1);
        if (bytes.length > 8) {
            byte[] known = bytes.clone();
            known[0] = (byte) (type % 6);
            known[2] = 0;
            known[3] = 0;
            hostile(known, known.length, false, 1);
            known[0] = 4;
            int index = ofB.session().localIndex();
            for (int i = 0; i < 4; i++) {
                known[4 + i] = (byte) (index >>> 8 * i);
            }
            hostile(known, known.length, false, 1);
        }
    }

    @Property(tries = 1000)
    void runsOfAnySize(
            @ForAll @Size(min = 1, max = 2000) byte[] bytes,
            @ForAll @IntRange(min = 1, max = 3000) int size,
            @ForAll boolean truncated) {
        int datagrams = truncated ? 1 : (bytes.length + size - 1) / size;
        hostile(bytes, size, truncated, datagrams);
    }

    @Property(tries = 2000)
    void validDatagramsWithAnythingChanged(
            @ForAll @IntRange(min = 0, max = 200) int payload,
            @ForAll @IntRange(min = 0, max = 10_000) int at,
            @ForAll @IntRange(min = 1, max = 255) int change,
            @ForAll @IntRange(min = 0, max = 10_000) int cut) {
        Packet p = Packet.udp4().payload(payload, 3);
        p.source = 0x101;
        p.destination = 0x201;
        a.tun.offer(p.build());
        a.work();
        byte[] datagram = a.udp.sent.removeLast().data();
        byte[] changed = datagram.clone();
        changed[at % changed.length] ^= (byte) change;
        hostile(changed, changed.length, false, 1);
        byte[] shorter = java.util.Arrays.copyOf(datagram, cut % datagram.length);
        hostile(shorter, shorter.length, false, 1);
    }
}
