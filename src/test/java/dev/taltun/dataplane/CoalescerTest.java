package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.Errno;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.testing.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CoalescerTest {
    private static final int SLAB = 4 << 20;
    private final MemorySegment slab = Arena.ofAuto().allocate(SLAB);
    private final FakeTun tun = new FakeTun();
    private final Counters counters = new Counters();
    private final Offloads offloads = new Offloads(64, true, true);
    private final Coalescer coalescer =
            new Coalescer(Arena.ofAuto(), tun, offloads, counters.newBlock());
    private final List<byte[]> in = new ArrayList<>();
    private int tail;

    /** Puts a packet into the slab as the receiver would: 16 bytes of message header before it. */
    private void add(byte[] packet) {
        if (tail + packet.length + 32 > SLAB) {
            flush();
        }
        int at = tail + 16;
        MemorySegment.copy(packet, 0, slab, Layouts.BYTE, at, packet.length);
        tail = at + packet.length + 16;
        in.add(packet);
        // The short way is taken by most packets, but nothing depends on it.
        boolean tried = in.size() % 4 != 0;
        if (!tried || !coalescer.continues(slab, at, packet.length)) {
            coalescer.add(slab, at, packet.length);
        }
    }

    private void add(Packet packet) {
        add(packet.build());
    }

    private void flush() {
        coalescer.flush();
        coalescer.account();
        tail = 0;
        slab.fill((byte) 0x77);
    }

    private void check() {
        flush();
        Flows.assertSame(in, tun.packets);
    }

    private void stream(Packet p, int count, int size) {
        for (int i = 0; i < count; i++) {
            add(p.payload(size, i));
            p.sequence += size;
            p.id++;
        }
    }

    @Test
    void aStreamBecomesOneSuperPacket() {
        for (boolean ipv6 : new boolean[] {false, true}) {
            for (int protocol : new int[] {Packet.TCP, Packet.UDP}) {
                tun.superPackets = 0;
                Packet p = Packet.of(ipv6, protocol);
                p.sequence = -3000;
                stream(p, 40, 1380);
                stream(p, 1, 100);
                check();
                assertEquals(1, tun.superPackets);
            }
        }
        assertEquals(4, counters.sum(Counter.TUN_WRITES));
    }

    @Test
    void interleavedFlowsEachBecomeOne() {
        List<Packet> flows = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Packet p = Packet.of(i % 2 == 0, i % 3 == 0 ? Packet.UDP : Packet.TCP);
            p.sourcePort = 1000 + i;
            flows.add(p);
        }
        for (int i = 0; i < 10; i++) {
            flows.forEach(p -> stream(p, 1, 500));
        }
        check();
        assertEquals(16, tun.superPackets);
    }

    @Test
    void moreFlowsThanAreHeldBackLoseNothing() {
        for (int i = 0; i < 200; i++) {
            Packet p = Packet.tcp4();
            p.sourcePort = 1000 + i % 40;
            p.sequence = i / 40 * 700;
            add(p.payload(700, i));
        }
        check();
    }

    @Test
    void superPacketsFillTheLimitAndNoMore() {
        for (boolean ipv6 : new boolean[] {false, true}) {
            tun.largest = 0;
            Packet p = Packet.of(ipv6, Packet.TCP);
            int size = (65_535 - p.headers()) / 45;
            stream(p, 200, size);
            check();
            assertEquals(p.headers() + 45 * size, tun.largest);
        }
        tun.largest = 0;
        Packet p = Packet.udp4();
        stream(p, 1, 65_535 - 28);
        stream(p, 3, 30_000);
        stream(p, 300, 1);
        check();
        assertEquals(65_535, tun.largest);
    }

    @Test
    void pushEndsASuperPacketAndIsKeptOnTheLast() {
        Packet p = Packet.tcp4();
        stream(p, 3, 1000);
        p.flags |= Packet.PSH;
        stream(p, 1, 1000);
        assertEquals(1, tun.superPackets, "written at once");
        p.flags = Packet.ACK;
        stream(p, 2, 1000);
        check();
        assertEquals(2, tun.superPackets);
    }

    /** One change between two packets that otherwise follow each other: never one super-packet. */
    @Test
    void whatDiffersIsNotPutTogether() {
        List<java.util.function.Consumer<Packet>> changes =
                List.of(
                        p -> p.acknowledgment++,
                        p -> p.window++,
                        p -> p.tcpOptions = new byte[] {1, 1, 1, 1},
                        p -> p.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 3},
                        p -> p.ttl--,
                        p -> p.tos ^= 3,
                        p -> p.sequence++,
                        p -> p.sequence--,
                        p -> p.reserved = 1,
                        p -> p.urgent = 7,
                        p -> p.flags |= Packet.URG,
                        p -> p.flags |= Packet.FIN,
                        p -> p.flags |= Packet.SYN,
                        p -> p.flags |= Packet.ECE,
                        p -> p.flags |= Packet.CWR,
                        p -> p.flags = 0,
                        p -> p.flowLabel ^= 1,
                        p -> p.fragment ^= Packet.DF,
                        p -> p.fragment ^= 0x8000,
                        p -> p.fragment |= Packet.MF,
                        p -> p.id++,
                        p -> p.ipOptions = new byte[] {1, 1, 1, 1},
                        p -> p.payload(501, 1),
                        p -> p.payload(0, 1));
        for (boolean ipv6 : new boolean[] {false, true}) {
            for (int i = 0; i < changes.size(); i++) {
                boolean ipv4Only = i >= 17 && i <= 21;
                if (ipv6 ? ipv4Only : i == 16) {
                    continue;
                }
                tun.superPackets = 0;
                Packet p = Packet.of(ipv6, Packet.TCP);
                p.fragment = 0;
                p.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
                stream(p, 1, 500);
                Packet q = p.copy().payload(500, 2);
                changes.get(i).accept(q);
                add(q);
                check();
                assertEquals(0, tun.superPackets, "change " + i + " ipv6 " + ipv6);
            }
        }
    }

    @Test
    void tunnelsInUdpAndUncheckedDatagramsStayAlone() {
        for (int port : new int[] {4789, 8472, 6081}) {
            Packet p = Packet.udp4();
            p.destinationPort = port;
            stream(p, 3, 600);
        }
        Packet p = Packet.udp4();
        p.noChecksum = true;
        stream(p, 3, 600);
        Packet q = Packet.udp4();
        q.udpLengthError = -5;
        stream(q, 3, 600);
        check();
        assertEquals(0, tun.superPackets);
    }

    /** A datagram that is not put together must not overtake those of its flow that are. */
    @Test
    void nothingOvertakesItsFlow() {
        Packet p = Packet.udp4();
        stream(p, 2, 600);
        p.udpLengthError = -5;
        stream(p, 1, 600);
        p.udpLengthError = 0;
        stream(p, 2, 600);
        p.fragment = Packet.MF;
        stream(p, 1, 600);
        p.fragment = 75;
        stream(p, 1, 600);
        p.fragment = 0;
        stream(p, 2, 600);
        Packet ping = Packet.udp4();
        ping.protocol = 1;
        ping.noChecksum = true;
        stream(ping, 1, 56);
        check();
    }

    @Test
    void anOffloadTurnedOffMeanwhileKeepsTheOrder() {
        Packet p = Packet.tcp4();
        Packet q = Packet.udp4();
        stream(p, 2, 600);
        stream(q, 2, 600);
        offloads.tunRefused(true);
        offloads.tunRefused(false);
        stream(p, 2, 600);
        stream(q, 2, 600);
        check();
    }

    @Test
    void aRefusedSuperPacketIsWrittenPacketByPacket() {
        tun.refuse = FakeTun.Written::isSuperPacket;
        for (boolean ipv6 : new boolean[] {false, true}) {
            for (int protocol : new int[] {Packet.TCP, Packet.UDP}) {
                Offloads on = new Offloads(64, true, true);
                Coalescer own = new Coalescer(Arena.ofAuto(), tun, on, counters.newBlock());
                Packet p = Packet.of(ipv6, protocol);
                p.fragment = 0;
                List<byte[]> sent = new ArrayList<>();
                int before = tun.packets.size();
                int at = 0;
                for (int i = 0; i < 5; i++) {
                    p.flags = i == 4 ? Packet.ACK | Packet.PSH : Packet.ACK;
                    byte[] packet = p.payload(i == 3 ? 700 : 701 - i / 4, i).build();
                    if (i == 3) {
                        packet = p.payload(701, i).build();
                    }
                    p.sequence += p.payload.length;
                    p.id++;
                    MemorySegment.copy(packet, 0, slab, Layouts.BYTE, at + 16, packet.length);
                    own.add(slab, at + 16, packet.length);
                    at += 1024;
                    sent.add(packet);
                }
                own.flush();
                Flows.assertSame(sent, tun.packets.subList(before, tun.packets.size()));
                assertEquals(protocol != Packet.TCP, on.tunTcp());
                assertEquals(protocol != Packet.UDP, on.tunUdp());
            }
        }
        assertEquals(4, counters.sum(Counter.TUN_WRITE_FALLBACKS));
        assertEquals(0, counters.sum(Counter.TUN_WRITE_ERRORS));
    }

    @Test
    void anInterfaceThatIsDownIsCountedOnly() {
        tun.refuse = written -> true;
        tun.errno = Errno.EIO;
        stream(Packet.tcp4(), 5, 700);
        stream(Packet.udp4(), 1, 0);
        flush();
        assertTrue(tun.packets.isEmpty());
        assertTrue(offloads.tunTcp());
        assertEquals(2, counters.sum(Counter.TUN_WRITE_ERRORS));
        assertEquals(0, counters.sum(Counter.TUN_WRITES));
    }

    @Test
    void whateverComesInGoesOutFlowByFlow() {
        Random random = Seed.random("CoalescerTest");
        for (int round = 0; round < 150; round++) {
            RandomTraffic traffic = new RandomTraffic(random);
            in.clear();
            tun.packets.clear();
            int packets = random.nextInt(400);
            for (int i = 0; i < packets; i++) {
                add(traffic.next());
                if (random.nextInt(60) == 0) {
                    flush();
                }
            }
            check();
        }
        assertTrue(tun.superPackets > 1000, () -> tun.superPackets + " super-packets");
        assertFalse(counters.sum(Counter.TUN_WRITES) == 0);
        assertEquals(0, counters.sum(Counter.TUN_WRITE_ERRORS));
    }

    @Test
    void refusalsAtAnyMomentLoseAndReorderNothing() {
        Random random = Seed.random("CoalescerTest.refusals");
        for (int round = 0; round < 150; round++) {
            RandomTraffic traffic = new RandomTraffic(random);
            Offloads on = new Offloads(64, true, true);
            Coalescer own = new Coalescer(Arena.ofAuto(), tun, on, counters.newBlock());
            tun.refuse = written -> written.isSuperPacket() && random.nextInt(6) == 0;
            tun.packets.clear();
            List<byte[]> sent = new ArrayList<>();
            int at = 0;
            for (int i = 0; i < 200; i++) {
                byte[] packet = traffic.next();
                MemorySegment.copy(packet, 0, slab, Layouts.BYTE, at + 16, packet.length);
                own.add(slab, at + 16, packet.length);
                at += 16 + packet.length;
                sent.add(packet);
            }
            own.flush();
            Flows.assertSame(sent, tun.packets);
        }
    }

    /** What was damaged before the tunnel must not come out of it as if it were whole. */
    @Test
    void aWrongChecksumAmidAFlowStaysWrong() {
        for (Packet p : fourKinds()) {
            for (int bad = 0; bad < 5; bad++) {
                for (int i = 0; i < 5; i++) {
                    byte[] packet = p.payload(1001, i).build();
                    if (i == bad) {
                        packet[packet.length - 1] ^= 1;
                    }
                    add(packet);
                    p.sequence += 1001;
                    p.id++;
                }
                flush();
                assertArrayEquals(in.toArray(), tun.packets.toArray());
            }
        }
        assertTrue(tun.superPackets > 0, "those beside it are put together");
    }

    @Test
    void partialChecksumsArePutTogetherAndMarked() {
        for (Packet p : fourKinds()) {
            tun.superPackets = 0;
            for (int i = 0; i < 5; i++) {
                byte[] whole = p.payload(1001, i).build();
                // One that is whole fits in.
                add(i == 3 ? whole : partial(p));
                in.set(in.size() - 1, whole);
                p.sequence += 1001;
                p.id++;
            }
            check();
            assertEquals(1, tun.superPackets);
            List<Integer> flags = new ArrayList<>();
            tun.refuse = written -> !flags.add(written.flags());
            add(partial(p));
            in.set(in.size() - 1, p.build());
            check();
            assertEquals(List.of(VirtioNetHeader.NEEDS_CSUM), flags);
            tun.refuse = written -> false;
        }
    }

    @Test
    void aDeviceThatCompletesNoChecksumsGetsWholeOnes() {
        tun.headerless = true;
        Coalescer alone =
                new Coalescer(
                        Arena.ofAuto(),
                        tun,
                        new Offloads(1, false, false),
                        new Counters().newBlock());
        for (Packet p : fourKinds()) {
            for (int size : new int[] {1, 1000, 1001}) {
                byte[] partial = partial(p.payload(size, size));
                MemorySegment.copy(partial, 0, slab, Layouts.BYTE, 16, partial.length);
                alone.add(slab, 16, partial.length);
                alone.flush();
                assertArrayEquals(p.build(), tun.packets.getLast());
            }
        }
    }

    private static List<Packet> fourKinds() {
        List<Packet> kinds = List.of(Packet.tcp4(), Packet.udp4(), Packet.tcp4(), Packet.udp4());
        kinds.get(2).ipv6 = true;
        kinds.get(3).ipv6 = true;
        return kinds;
    }

    private static byte[] partial(Packet p) {
        byte[] packet = p.build();
        int pseudo = Model.pseudo(packet, p.transport(), p.protocol);
        Model.put16(packet, Model.checksumField(p.transport(), p.protocol), pseudo);
        return packet;
    }

    @Test
    void aPacketAloneKeepsItsWrongChecksum() {
        byte[] corrupt = Packet.tcp4().payload(100, 1).build();
        corrupt[corrupt.length - 1] ^= 1;
        MemorySegment.copy(corrupt, 0, slab, Layouts.BYTE, 16, corrupt.length);
        coalescer.add(slab, 16, corrupt.length);
        coalescer.flush();
        assertArrayEquals(corrupt, tun.packets.getLast());
    }
}
