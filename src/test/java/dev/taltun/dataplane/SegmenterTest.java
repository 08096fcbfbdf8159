package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import dev.taltun.testing.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SegmenterTest {
    private static final int MAX_IP = 65_535;

    /** Where the offload header stands: odd, as nothing may depend on alignment. */
    private static final int HEADER = 65;

    private static final int PACKET = HEADER + VirtioNetHeader.BYTES;
    private static final Arena ARENA = Arena.ofAuto();
    private final MemorySegment buffer = ARENA.allocate(PACKET + MAX_IP + 64);
    private final Segmenter segmenter = new Segmenter(ARENA);

    /** Copies what it gets, and lends itself the 16 bytes behind as the sealer does. */
    private static final class Sink implements SegmentSink {
        final List<byte[]> packets = new ArrayList<>();
        int room = Integer.MAX_VALUE;

        @Override
        public boolean accept(MemorySegment memory, long offset, int length) {
            if (packets.size() == room) {
                return false;
            }
            long high = memory.get(Layouts.NATIVE_LONG, offset + length);
            long low = memory.get(Layouts.NATIVE_LONG, offset + length + 8);
            memory.set(Layouts.NATIVE_LONG, offset + length, 0);
            memory.set(Layouts.NATIVE_LONG, offset + length + 8, 0);
            packets.add(memory.asSlice(offset, length).toArray(Layouts.BYTE));
            memory.set(Layouts.NATIVE_LONG, offset + length, high);
            memory.set(Layouts.NATIVE_LONG, offset + length + 8, low);
            return true;
        }
    }

    private void put(byte[] packet, int flags, int gsoType, int size, int start, int field) {
        VirtioNetHeader.set(buffer, HEADER, flags, gsoType, 0, size, start, field);
        MemorySegment.copy(packet, 0, buffer, Layouts.BYTE, PACKET, packet.length);
    }

    private List<byte[]> cut(Packet p, int size) {
        byte[] packet = superPacket(p);
        put(packet, VirtioNetHeader.NEEDS_CSUM, type(p), size, p.transport(), field(p));
        Sink sink = new Sink();
        int count = segmenter.segment(buffer, HEADER, PACKET, packet.length, false, sink);
        assertEquals(sink.packets.size(), count);
        return sink.packets;
    }

    /** As the kernel hands it over: the checksum field holds the pseudo-header's sum. */
    private static byte[] superPacket(Packet p) {
        byte[] packet = p.build();
        int pseudo = Model.pseudo(packet, p.transport(), p.protocol);
        Model.put16(packet, Model.checksumField(p.transport(), p.protocol), pseudo);
        return packet;
    }

    private static int type(Packet p) {
        int ecn = (p.flags & Packet.CWR) != 0 ? VirtioNetHeader.GSO_ECN : 0;
        if (p.protocol == Packet.UDP) {
            return Model.UDP_L4;
        }
        return (p.ipv6 ? Model.TCPV6 : Model.TCPV4) | ecn;
    }

    private static int field(Packet p) {
        return p.protocol == Packet.TCP ? 16 : 6;
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> actual, String what) {
        assertEquals(expected.size(), actual.size(), what);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), what + ", segment " + i);
        }
    }

    @Test
    void leavesTheChecksumsIfAsked() {
        RandomPackets packets = new RandomPackets(Seed.random("SegmenterTest"));
        for (int i = 0; i < 1000; i++) {
            Packet p = packets.any();
            int size = 1 + packets.below(1400);
            p.payload = packets.bytes(size + 1 + packets.below(5000));
            List<byte[]> whole = cut(p, size);
            byte[] packet = superPacket(p);
            put(packet, VirtioNetHeader.NEEDS_CSUM, type(p), size, p.transport(), field(p));
            Sink sink = new Sink();
            segmenter.segment(buffer, HEADER, PACKET, packet.length, true, sink);
            boolean plain = p.transport() == (p.ipv6 ? 40 : 20);
            for (int s = 0; s < whole.size(); s++) {
                byte[] expected = whole.get(s);
                if (plain) {
                    int pseudo = Model.pseudo(expected, p.transport(), p.protocol);
                    int at = Model.checksumField(p.transport(), p.protocol);
                    Model.put16(expected, at, pseudo);
                }
                assertArrayEquals(expected, sink.packets.get(s));
            }
        }
    }

    /** RFC 8200, 8.1: the checksum is about where the packet will arrive in the end. */
    @Test
    void behindARoutingHeaderTheKernelsSumIsKept() {
        byte[] packet = new byte[40 + 24 + 20 + 3000];
        packet[0] = 0x60;
        Model.put16(packet, 4, packet.length - 40);
        packet[6] = 43;
        packet[7] = 64;
        Model.put32(packet, 20, 0x01020304);
        Model.put32(packet, 36, 0x05060708);
        packet[40] = Packet.TCP;
        packet[41] = 2;
        packet[43] = 1;
        packet[64 + 12] = 0x50;
        packet[64 + 13] = 0x10;
        byte[] atTheEnd = packet.clone();
        Model.put32(atTheEnd, 36, 0x0a0b0c0d);
        Model.put16(packet, 64 + 16, Model.pseudo(atTheEnd, 64, Packet.TCP));
        put(packet, VirtioNetHeader.NEEDS_CSUM, Model.TCPV6, 1000, 64, 16);
        Sink sink = new Sink();
        assertEquals(3, segmenter.segment(buffer, HEADER, PACKET, packet.length, false, sink));
        for (byte[] segment : sink.packets) {
            Model.put32(segment, 36, 0x0a0b0c0d);
            assertTrue(Model.transportValid(segment, 64, Packet.TCP));
        }
    }

    @Test
    void cutsAsTheModelDoes() {
        Random random = Seed.random("SegmenterTest");
        RandomPackets packets = new RandomPackets(random);
        for (int i = 0; i < 3000; i++) {
            Packet p = packets.any();
            if (packets.oneIn(5)) {
                packets.addIpOptions(p);
            }
            p.flags = Packet.ACK;
            for (int flag : new int[] {Packet.PSH, Packet.FIN, Packet.CWR, Packet.ECE}) {
                p.flags |= packets.oneIn(3) ? flag : 0;
            }
            p.reserved = packets.oneIn(8) ? 1 : 0;
            int size = packets.oneIn(3) ? 1 + packets.below(80) : 1 + packets.below(1460);
            int most = Math.min(MAX_IP - p.headers(), size * 60);
            p.payload = packets.bytes(1 + packets.below(packets.oneIn(50) ? most : most / 4 + 1));
            byte[] whole = superPacket(p);
            List<byte[]> expected =
                    Model.segments(whole, type(p) & ~VirtioNetHeader.GSO_ECN, size, p.transport());
            assertSame(expected, cut(p, size), "packet " + i + ", gso size " + size);
        }
    }

    @Test
    void cutsTheLargestPackets() {
        for (boolean ipv6 : new boolean[] {false, true}) {
            for (int protocol : new int[] {Packet.TCP, Packet.UDP}) {
                for (int size : new int[] {1, 7, 1380, 65_000, 65_535}) {
                    Packet p = Packet.of(ipv6, protocol);
                    p.payload(Math.min(MAX_IP - p.headers(), size * 6000), 5);
                    byte[] whole = superPacket(p);
                    List<byte[]> expected = Model.segments(whole, type(p), size, p.transport());
                    assertSame(expected, cut(p, size), "gso size " + size);
                }
            }
        }
    }

    @Test
    void stopsWhenTheSinkHasNoRoom() {
        Packet p = Packet.tcp4().payload(5000, 1);
        byte[] packet = superPacket(p);
        put(packet, VirtioNetHeader.NEEDS_CSUM, Model.TCPV4, 1000, 20, 16);
        Sink sink = new Sink();
        sink.room = 2;
        assertEquals(2, segmenter.segment(buffer, HEADER, PACKET, packet.length, false, sink));
        assertEquals(2, sink.packets.size());
    }

    @Test
    void completesTheChecksumOfAPlainPacket() {
        RandomPackets packets = new RandomPackets(Seed.random("SegmenterTest.checksum"));
        for (int i = 0; i < 2000; i++) {
            Packet p = packets.any();
            p.payload = packets.bytes(packets.below(1500));
            byte[] expected = p.build();
            put(superPacket(p), VirtioNetHeader.NEEDS_CSUM, 0, 0, p.transport(), field(p));
            assertTrue(Segmenter.completeChecksum(buffer, HEADER, PACKET, expected.length));
            byte[] actual = buffer.asSlice(PACKET, expected.length).toArray(Layouts.BYTE);
            assertArrayEquals(expected, actual);
        }
    }

    @Test
    void leavesACompletePacketAlone() {
        byte[] packet = Packet.udp4().payload(100, 3).build();
        put(packet, 0, 0, 0, 20, 6);
        assertTrue(Segmenter.completeChecksum(buffer, HEADER, PACKET, packet.length));
        byte[] actual = buffer.asSlice(PACKET, packet.length).toArray(Layouts.BYTE);
        assertArrayEquals(packet, actual);
    }

    @Test
    void refusesChecksumsOutsideThePacket() {
        byte[] packet = Packet.udp4().payload(100, 3).build();
        int[][] bad = {{20, 107}, {127, 0}, {128, 0}, {0xffff, 0xffff}, {0xffff, 0}, {0, 0xffff}};
        for (int[] b : bad) {
            put(packet, VirtioNetHeader.NEEDS_CSUM, 0, 0, b[0], b[1]);
            assertFalse(
                    Segmenter.completeChecksum(buffer, HEADER, PACKET, packet.length),
                    () -> Arrays.toString(b));
        }
    }

    private void refused(String what, byte[] packet, int type, int size, int start) {
        put(packet, VirtioNetHeader.NEEDS_CSUM, type, size, start, type == 5 ? 6 : 16);
        Sink sink = new Sink();
        assertEquals(
                -1, segmenter.segment(buffer, HEADER, PACKET, packet.length, false, sink), what);
        assertEquals(0, sink.packets.size(), what);
    }

    @Test
    void refusesWhatMakesNoSense() {
        byte[] tcp4 = Packet.tcp4().payload(3000, 1).build();
        byte[] tcp6 = Packet.of(true, Packet.TCP).payload(3000, 1).build();
        byte[] udp4 = Packet.udp4().payload(3000, 1).build();
        refused("no size", tcp4, Model.TCPV4, 0, 20);
        refused("unknown type", tcp4, 3, 1000, 20);
        refused("only the ECN bit", tcp4, VirtioNetHeader.GSO_ECN, 1000, 20);
        refused("IPv6 as IPv4", tcp6, Model.TCPV4, 1000, 40);
        refused("IPv4 as IPv6", tcp4, Model.TCPV6, 1000, 20);
        refused("UDP as TCP", udp4, Model.TCPV4, 1000, 20);
        refused("TCP as UDP", tcp4, Model.UDP_L4, 1000, 20);
        refused("transport inside the IP header", tcp4, Model.TCPV4, 1000, 16);
        refused("transport behind the IP header", tcp4, Model.TCPV4, 1000, 24);
        refused("transport inside the IPv6 header", tcp6, Model.TCPV6, 1000, 20);
        refused("transport outside", tcp4, Model.TCPV4, 1000, 3035);
        refused("no transport", tcp4, Model.TCPV4, 1000, 0);
        byte[] noIp = tcp4.clone();
        noIp[0] = 0x55;
        refused("neither IPv4 nor IPv6", noIp, Model.UDP_L4, 1000, 40);
        byte[] shortTcp = tcp4.clone();
        shortTcp[32] = 0x40;
        refused("TCP header of 16 bytes", shortTcp, Model.TCPV4, 1000, 20);
        byte[] longTcp = Packet.tcp4().payload(10, 1).build();
        longTcp[32] = (byte) 0xf0;
        refused("TCP header longer than the packet", longTcp, Model.TCPV4, 1000, 20);
        refused("no payload", Packet.tcp4().build(), Model.TCPV4, 1000, 20);
        refused("headers only", Packet.udp4().build(), Model.UDP_L4, 1000, 20);
        Packet manyExtensions = Packet.of(true, Packet.TCP).payload(3000, 1);
        manyExtensions.extension = new byte[248];
        manyExtensions.extension[0] = Packet.TCP;
        manyExtensions.extension[1] = 30;
        refused("more headers than fit", manyExtensions.build(), Model.TCPV6, 1000, 288);
        byte[] fragment = tcp4.clone();
        Model.put16(fragment, 6, Packet.MF);
        refused("a fragment", fragment, Model.TCPV4, 1000, 20);
        for (int length = 1; length < 40; length++) {
            byte[] cut = Arrays.copyOf(tcp4, length);
            refused("cut to " + length, cut, Model.TCPV4, 1000, 20);
        }
    }

    /** Whatever comes: nothing is thrown, nothing but the packet is read or written. */
    @Property(tries = 3000)
    void noBytesCanDoHarm(
            @ForAll @Size(VirtioNetHeader.BYTES) byte[] header,
            @ForAll @Size(min = 1, max = 200) byte[] bytes,
            @ForAll @IntRange(min = 0, max = 3) int shape) {
        byte[] packet = bytes.clone();
        if (shape > 0) {
            // Close to valid ones, or hardly any would pass the first check.
            Packet p = Packet.of(shape == 1, shape == 3 ? Packet.UDP : Packet.TCP);
            byte[] valid = p.payload(bytes.length, 9).build();
            for (int i = 0; i + 1 < Math.min(bytes.length, 6); i += 2) {
                valid[Byte.toUnsignedInt(bytes[i]) % valid.length] = bytes[i + 1];
            }
            packet = valid;
            header[1] = (byte) (shape == 1 ? Model.TCPV6 : shape == 2 ? Model.TCPV4 : 5);
            header[5] = 0;
            header[6] = (byte) p.transport();
            header[7] = 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            // As in the reader: 10 bytes before, 64 behind, and not one more.
            MemorySegment tight = arena.allocate(VirtioNetHeader.BYTES + packet.length + 64L);
            tight.fill((byte) 0x5a);
            MemorySegment.copy(header, 0, tight, Layouts.BYTE, 0, header.length);
            MemorySegment.copy(packet, 0, tight, Layouts.BYTE, header.length, packet.length);
            Sink sink = new Sink();
            int length = packet.length;
            Segmenter.completeChecksum(tight, 0, header.length, length);
            int count = segmenter.segment(tight, 0, header.length, length, false, sink);
            assertEquals(Math.max(0, count), sink.packets.size());
            int payload = 0;
            for (byte[] segment : sink.packets) {
                assertTrue(segment.length <= packet.length);
                assertTrue(Model.ipValid(segment));
                payload += segment.length;
            }
            assertTrue(count < 0 || payload >= packet.length);
            for (long i = header.length + length; i < tight.byteSize(); i++) {
                assertEquals(0x5a, tight.get(Layouts.BYTE, i));
            }
        }
    }
}
