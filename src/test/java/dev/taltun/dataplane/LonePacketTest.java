package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.agent.AgentTurn;
import dev.taltun.agent.Quiescence;
import dev.taltun.ffi.ThreadSignal;
import dev.taltun.metrics.Counter;
import dev.taltun.peer.Peer;
import dev.taltun.testing.ManualClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A quiet tunnel: each packet costs one system call to get it and one to pass it on, and what comes
 * close behind it is not left lying.
 */
class LonePacketTest {
    private static final int MTU = 1420;
    private static final int PACKETS = 100;
    private static final long LONG_NANOS = 1_000_000_000;

    private final ManualClock clock = new ManualClock();
    private final Node a = new Node(1, clock, MTU, new Offloads(64, true, true));
    private final Node b = new Node(2, clock, MTU, new Offloads(64, true, true));
    private final Quiescence quiescence = new Quiescence(2);
    private final AgentTurn out = new AgentTurn(a.outbound, quiescence.newSlot());
    private final AgentTurn in = new AgentTurn(b.inbound, quiescence.newSlot());

    @BeforeEach
    void connect() {
        Assumptions.assumeTrue(ThreadSignal.isSupported(), "sleeps in the read need signals");
        Peer ofA = a.addPeer(2);
        Peer ofB = b.addPeer(1);
        Node.connect(a, ofA, b, ofB);
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private static Packet packet() {
        Packet p = Packet.udp4().payload(56, 1);
        p.source = 0x101;
        p.destination = 0x201;
        return p;
    }

    private void offer(int packets) {
        for (int i = 0; i < packets; i++) {
            a.tun.offer(packet().build());
        }
    }

    @Test
    void isReadAndSentByOneCallEach() {
        a.tun.asleep =
                () -> {
                    clock.advanceNanos(10_000_000);
                    offer(1);
                };
        out.take(PACKETS + 1, LONG_NANOS);
        assertEquals(PACKETS, a.udp.sent.size());
        assertEquals(1 + PACKETS + 1, a.tun.reads, "the first look, and one for each packet");
    }

    @Test
    void isReceivedAndWrittenByOneCallEach() {
        List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < PACKETS + 1; i++) {
            offer(1);
            a.work();
            datagrams.add(a.udp.sent.removeLast().data());
        }
        b.udp.asleep =
                () -> {
                    clock.advanceNanos(10_000_000);
                    b.udp.offer(datagrams.removeFirst(), a.address);
                };
        in.take(PACKETS + 1, LONG_NANOS);
        assertEquals(PACKETS, b.tun.packets.size());
        assertEquals(1 + PACKETS + 1, b.udp.receives, "the first look, and one for each datagram");
    }

    @Test
    void whatFollowsCloselyIsReadInOneGo() {
        a.tun.asleep =
                () -> {
                    if (a.tun.toRead() == 0) {
                        clock.advanceNanos(10_000_000);
                        offer(PACKETS);
                    }
                };
        out.take(2, LONG_NANOS);
        assertEquals(1, a.udp.sent.size(), "the first goes by itself");
        a.tun.asleep = () -> {};
        out.take(3, LONG_NANOS);
        assertEquals(PACKETS, a.udp.sent.size());
        assertEquals(PACKETS, a.count(Counter.TUN_READS));
    }

    /** A run is a stream's: more is likely there already, and looked for before there is a rest. */
    @Test
    void aRunIsNotTakenForALonePacket() {
        a.tun.asleep =
                () -> {
                    clock.advanceNanos(10_000_000);
                    a.tun.offerSuper(superPacket(), 1000);
                    offer(1);
                };
        out.take(1, LONG_NANOS);
        a.outbound.doWork();
        assertEquals(6, a.udp.sent.size(), "five segments, and what lay behind them");
        byte[] first = a.udp.sent.get(0).data();
        byte[] second = a.udp.sent.get(1).data();
        byte[] run = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, run, first.length, second.length);
        b.udp.asleep =
                () -> {
                    clock.advanceNanos(10_000_000);
                    b.udp.offerRun(run, first.length, false, a.address);
                };
        in.take(1, LONG_NANOS);
        assertEquals(1, b.inbound.doWork(), "one message, after which it looks for more");
        assertEquals(2, b.tun.packets.size());
    }

    private static Packet superPacket() {
        Packet p = Packet.tcp4().payload(5000, 1);
        p.source = 0x101;
        p.destination = 0x201;
        return p;
    }
}
