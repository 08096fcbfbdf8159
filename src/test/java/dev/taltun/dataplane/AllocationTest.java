package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.taltun.agent.Wakeup;
import dev.taltun.crypto.AeadKey;
import dev.taltun.crypto.AeadProvider;
import dev.taltun.crypto.AeadProviders;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.ffi.Errno;
import dev.taltun.io.tun.TunReader;
import dev.taltun.io.tun.TunWriter;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpReceiver;
import dev.taltun.io.udp.UdpSender;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Mac1Checker;
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
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole packet path, TUN to UDP and back, allocates nothing once it is warm. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MTU = 1420;
    private static final int ROUNDS = 30;
    private static final int STEPS = 300;

    /** Gives the same packets each turn. */
    private static final class Reader implements TunReader {
        private final MemorySegment[] packets;
        private int next;

        Reader(MemorySegment... packets) {
            this.packets = packets;
        }

        @Override
        public int read(MemorySegment buffer, long offset, int length) {
            if (next == packets.length) {
                return -Errno.EAGAIN;
            }
            MemorySegment packet = packets[next++];
            MemorySegment.copy(packet, 0, buffer, offset, packet.byteSize());
            return (int) packet.byteSize();
        }
    }

    /** A wire that holds what was sent until it is received; runs stay runs. */
    private static final class Wire implements UdpSender, UdpReceiver {
        private static final int SLOTS = 512;
        private final MemorySegment memory;
        private final int[] lengths = new int[SLOTS];
        private final int[] sizes = new int[SLOTS];
        private final Endpoint source;
        private int in;
        private int out;

        Wire(Arena arena, Endpoint source) {
            memory = arena.allocate((long) SLOTS << 16);
            this.source = source;
        }

        @Override
        public int send(TxBatch batch) {
            int count = 0;
            for (int i = batch.sent(); i < batch.messages(); i++, count++, in++) {
                int slot = in % SLOTS;
                lengths[slot] = batch.length(i);
                sizes[slot] = batch.segmentSize(i);
                long to = (long) slot << 16;
                MemorySegment.copy(batch.slab(), batch.offset(i), memory, to, batch.length(i));
            }
            return count;
        }

        @Override
        public int sendSingly(TxBatch batch) {
            return -Errno.EINVAL;
        }

        @Override
        public int receive(RxBatch batch) {
            batch.reset();
            for (; out != in && batch.count() < batch.slots(); out++) {
                int slot = out % SLOTS;
                long to = batch.offset(batch.count());
                MemorySegment.copy(memory, (long) slot << 16, batch.slab(), to, lengths[slot]);
                batch.add(lengths[slot], sizes[slot], false, source);
            }
            return batch.count();
        }
    }

    private static final class Writer implements TunWriter {
        private long bytes;

        @Override
        public int write(MemorySegment memory, long offset, int length) {
            bytes += length;
            return length;
        }
    }

    private final Arena arena = Arena.ofAuto();
    private final ManualClock clock = new ManualClock();
    private final Counters counters = new Counters();
    private final Writer writer = new Writer();
    private Reader reader;
    private Outbound outbound;
    private Inbound inbound;

    private void compose(CipherSuite suite, AeadKey seal, AeadKey open, MemorySegment... packets) {
        Endpoint address = new Endpoint(0, Endpoint.mapped(1), 51820, 0, 0, Endpoint.mapped(2));
        Wire wire = new Wire(arena, address);
        Offloads offloads = new Offloads(64, true, true);
        Random random = new Random(1);
        IndexTable indices = new IndexTable(random::nextInt);
        Peer peer = new Peer(PublicKey.copyOf(new byte[PublicKey.BYTES]), "peer");
        int index = indices.allocate(peer);
        Session session = new Session(suite, index, index, true, clock.nanoTime(), seal, open);
        indices.publish(peer, session);
        peer.publishSession(session);
        peer.setEndpoint(address);
        PrefixTable<Peer> routes = PrefixTable.<Peer>empty().with(IpPrefix.v4(0x0a000000, 8), peer);
        PeerTable peers = new PeerTable(routes.with(IpPrefix.v6(0xfdL << 56, 0, 8), peer));
        ControlPort control = new ControlPort(2, 2, new Wakeup(), () -> {});
        control.marks(() -> new Mac1Checker(PublicKey.copyOf(new byte[PublicKey.BYTES])));
        UdpWriter udpWriter = new UdpWriter("w", wire, offloads, counters.newBlock(), null);
        Counters.Block block = counters.newBlock();
        Transmitter transmitter = new Transmitter(arena, 4, wire, udpWriter, offloads, block, true);
        reader = new Reader(packets);
        outbound =
                new Outbound(
                        arena,
                        new Outbound.Parts(
                                "out",
                                reader,
                                null,
                                clock,
                                peers,
                                new PacketSender.Parts(
                                        control, transmitter, offloads, block, 0, MTU, 2)));
        RxBatch batch = new RxBatch(arena, 64, 65_536);
        inbound =
                new Inbound(
                        arena,
                        new Inbound.Parts(
                                "in",
                                wire,
                                batch,
                                writer,
                                null,
                                clock,
                                indices,
                                peers,
                                control,
                                offloads,
                                counters.newBlock(),
                                1,
                                null));
    }

    private MemorySegment plain(Packet p) {
        return behind(new byte[VirtioNetHeader.BYTES], p.build());
    }

    private MemorySegment superPacket(Packet p, int size) {
        byte[] packet = p.build();
        int field = Model.checksumField(p.transport(), p.protocol);
        Model.put16(packet, field, Model.pseudo(packet, p.transport(), p.protocol));
        int type = p.ipv6 ? Model.TCPV6 : Model.TCPV4;
        type = p.protocol == Packet.UDP ? Model.UDP_L4 : type;
        return behind(FakeTun.header(type, p.headers(), size, p.transport(), field), packet);
    }

    private MemorySegment behind(byte[] header, byte[] packet) {
        MemorySegment both = arena.allocate(header.length + packet.length);
        MemorySegment.copy(header, 0, both, Layouts.BYTE, 0, header.length);
        MemorySegment.copy(packet, 0, both, Layouts.BYTE, header.length, packet.length);
        return both;
    }

    /** One turn: everything out, everything in. */
    private void step() {
        reader.next = 0;
        while (outbound.doWork() + inbound.doWork() > 0) {
            continue;
        }
        clock.advanceNanos(1000);
    }

    private void allocatesNothing(String what) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least > 0; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(counters.sum(Counter.PACKETS_SEALED) >= STEPS);
        assertEquals(0, least, () -> "bytes allocated by " + STEPS + " turns of " + what);
    }

    private void everythingArrived() {
        long sealed = counters.sum(Counter.PACKETS_SEALED);
        assertEquals(sealed, counters.sum(Counter.PACKETS_OPENED));
        assertTrue(writer.bytes > 0);
    }

    private void compose(MemorySegment... packets) {
        compose(CipherSuite.CHACHA20_POLY1305, new TestKey(1), new TestKey(1), packets);
    }

    @Test
    void superPackets() {
        compose(
                superPacket(Packet.tcp4().payload(30_000, 1), 1380),
                superPacket(Packet.of(true, Packet.TCP).payload(20_000, 1), 1340),
                superPacket(Packet.of(true, Packet.UDP).payload(5000, 1), 700));
        allocatesNothing("super-packets");
        everythingArrived();
    }

    /** With real ciphers; those written in Java may allocate inside themselves. */
    @ParameterizedTest
    @ValueSource(strings = {"ipsec-mb", "openssl"})
    void superPacketsWithEachNativeCipher(String name) {
        for (CipherSuite suite : CipherSuite.values()) {
            AeadProvider provider = provider(name, suite);
            byte[] bytes = new byte[32];
            try (AeadKey seal = provider.newKey(suite, bytes, 2);
                    AeadKey open = provider.newKey(suite, bytes, 2)) {
                compose(
                        suite,
                        seal,
                        open,
                        superPacket(Packet.tcp4().payload(9000, 1), 1380),
                        plain(Packet.udp4().payload(64, 1)));
                allocatesNothing("super-packets with " + name + ", " + suite);
                everythingArrived();
            }
        }
    }

    private static AeadProvider provider(String name, CipherSuite suite) {
        try {
            return AeadProviders.discover(name, System::nanoTime).choose(suite);
        } catch (IllegalArgumentException e) {
            return Assumptions.abort(e.getMessage());
        }
    }

    @Test
    void smallPackets() {
        MemorySegment[] packets = new MemorySegment[40];
        for (int i = 0; i < packets.length; i++) {
            Packet p = Packet.of(i % 3 == 0, i % 2 == 0 ? Packet.UDP : Packet.TCP);
            p.sourcePort = 1000 + i % 5;
            packets[i] = plain(p.payload(i % 4 == 0 ? 0 : 64 + i, i));
        }
        compose(packets);
        allocatesNothing("small packets");
        everythingArrived();
    }

    @Test
    void droppedPackets() {
        Packet nobody = Packet.tcp4().payload(50, 1);
        nobody.destination = 0xb000000;
        byte[] broken = Packet.tcp4().payload(50, 1).build();
        broken[0] = 0x75;
        Packet wrongSource = Packet.udp4().payload(500, 1);
        wrongSource.source = 0xb000000;
        compose(
                plain(nobody),
                behind(new byte[VirtioNetHeader.BYTES], broken),
                superPacket(wrongSource, 100),
                plain(wrongSource));
        allocatesNothing("packets that are dropped");
        assertEquals(0, counters.sum(Counter.PACKETS_OPENED));
        assertEquals(0, writer.bytes);
    }
}
