package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.taltun.agent.Wakeup;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpReceiver;
import dev.taltun.io.udp.UdpSender;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Session;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import dev.taltun.testing.ManualClock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A hub's way from UDP to UDP allocates nothing once it is warm, whatever it does with packets. */
class RelayAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MTU = 1420;
    private static final int ROUNDS = 30;
    private static final int STEPS = 300;

    /** A socket that receives freshly sealed runs for ever, and swallows what is sent. */
    private final class Wire implements UdpReceiver, UdpSender {
        private boolean given;
        private long bytesSent;

        @Override
        public int receive(RxBatch batch) {
            batch.reset();
            given = !given;
            if (!given) {
                return 0;
            }
            for (MemorySegment packet : packets) {
                incoming.clear();
                int length = (int) packet.byteSize() - 16;
                for (int i = 0; i < RUN; i++) {
                    sealer.seal(from, packet, 0, length, incoming, address, 64);
                }
                long at = batch.offset(batch.count());
                MemorySegment.copy(incoming.slab(), 0, batch.slab(), at, incoming.tail());
                batch.add(incoming.tail(), incoming.segmentSize(0), false, address);
            }
            return batch.count();
        }

        @Override
        public int send(TxBatch batch) {
            int count = 0;
            for (int i = batch.sent(); i < batch.messages(); i++) {
                bytesSent += batch.length(i);
                count++;
            }
            return count;
        }

        @Override
        public int sendSingly(TxBatch batch) {
            return 1;
        }
    }

    private static final int RUN = 10;

    private final Arena arena = Arena.ofAuto();
    private final ManualClock clock = new ManualClock();
    private final Counters counters = new Counters();
    private final Endpoint address = new Endpoint(0, Endpoint.mapped(1), 51820, 0, 0, 0);
    private final PacketSealer sealer = new PacketSealer(0, 9000);
    private final TxBatch incoming = new TxBatch(arena);
    private MemorySegment[] packets;
    private final IndexTable indices = new IndexTable(new Random(1)::nextInt);
    private final Wire wire = new Wire();
    private Session from;
    private Peer first;
    private Peer second;
    private Inbound inbound;

    private Peer peer(int number) {
        byte[] key = new byte[PublicKey.BYTES];
        key[0] = (byte) number;
        Peer peer = new Peer(PublicKey.copyOf(key), "peer" + number);
        int index = indices.allocate(peer);
        Session session =
                new Session(
                        CipherSuite.AES_256_GCM,
                        index,
                        index,
                        true,
                        clock.nanoTime(),
                        new TestKey(number),
                        new TestKey(number));
        indices.publish(peer, session);
        peer.publishSession(session);
        peer.setEndpoint(address);
        return peer;
    }

    private void compose(Packet... contents) {
        clock.advanceSeconds(100);
        packets = new MemorySegment[contents.length];
        for (int i = 0; i < contents.length; i++) {
            byte[] bytes = contents[i].build();
            packets[i] = arena.allocate(bytes.length + 16);
            MemorySegment.copy(bytes, 0, packets[i], Layouts.BYTE, 0, bytes.length);
        }
        first = peer(1);
        second = peer(2);
        from = first.session();
        PrefixTable<Peer> routes =
                PrefixTable.<Peer>empty()
                        .with(IpPrefix.parse("10.0.1.0/24"), first)
                        .with(IpPrefix.parse("fd00::100/120"), first)
                        .with(IpPrefix.parse("10.0.2.0/24"), second)
                        .with(IpPrefix.parse("fd00::200/120"), second);
        Offloads offloads = new Offloads(64, true, true);
        ControlPort control = new ControlPort(4, 4, new Wakeup(), () -> {});
        UdpWriter writer = new UdpWriter("w", wire, offloads, counters.newBlock(), null);
        Counters.Block block = counters.newBlock();
        Forwarding forwarding =
                Forwarding.of(
                        true,
                        false,
                        List.of(IpPrefix.parse("10.0.9.1/24"), IpPrefix.parse("fd00::901/64")));
        Relay relay =
                new Relay(
                        arena,
                        forwarding,
                        new PacketSender.Parts(
                                control,
                                new Transmitter(arena, 4, wire, writer, offloads, block, true),
                                offloads,
                                block,
                                1,
                                MTU,
                                4));
        inbound =
                new Inbound(
                        arena,
                        new Inbound.Parts(
                                "in",
                                wire,
                                new RxBatch(arena, 16, 65_536),
                                (memory, offset, length) -> length,
                                null,
                                clock,
                                indices,
                                new PeerTable(routes),
                                control,
                                offloads,
                                block,
                                1,
                                relay));
    }

    private static Packet packet(boolean ipv6, int to, int size) {
        Packet p = Packet.of(ipv6, Packet.UDP).payload(size, 1);
        p.source = 0x101;
        p.destination = to << 8 | 1;
        return p;
    }

    private void allocatesNothing() {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least > 0; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < STEPS; i++) {
                while (inbound.doWork() > 0) {
                    continue;
                }
                clock.advanceNanos(1000);
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least, "bytes allocated by " + STEPS + " steps");
    }

    @Test
    void relayedRuns() {
        compose(packet(false, 2, 1392), packet(true, 2, 1200), packet(false, 2, 40));
        first.limitRelay(Set.of(second.publicKey()));
        allocatesNothing();
        assertEquals(counters.sum(Counter.PACKETS_OPENED), counters.sum(Counter.PACKETS_RELAYED));
        assertTrue(wire.bytesSent > 0);
    }

    @Test
    void fragments() {
        Packet large = packet(false, 2, 4000);
        large.fragment = 0;
        compose(large);
        allocatesNothing();
        assertTrue(counters.sum(Counter.PACKETS_FRAGMENTED) >= STEPS);
    }

    @Test
    void droppedAndAnsweredPackets() {
        Packet last = packet(false, 2, 500);
        last.ttl = 1;
        Packet last6 = packet(true, 2, 500);
        last6.ttl = 1;
        compose(
                last,
                last6,
                packet(false, 2, 1500),
                packet(true, 2, 1500),
                packet(false, 77, 10),
                packet(false, 1, 10));
        allocatesNothing();
        assertTrue(counters.sum(Counter.DROP_RELAY_TTL) >= STEPS);
        assertTrue(counters.sum(Counter.DROP_RELAY_TOO_BIG) >= STEPS);
        assertTrue(counters.sum(Counter.ICMP_ERRORS_SENT) > 0);
        assertEquals(0, counters.sum(Counter.PACKETS_RELAYED));
    }
}
