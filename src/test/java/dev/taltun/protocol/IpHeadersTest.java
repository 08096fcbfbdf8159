package dev.taltun.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class IpHeadersTest {
    private static final String IPV4_TCP =
            "45b80034abcd40003f06e1f20a000001c0a80102" // IPv4
                    + "1f90c350112233445566778880180200beef0000" // TCP
                    + "0101080a0000000100000002";
    private static final String IPV6_UDP =
            "6b812345000c1140" // version, class, label, length, next header, hop limit
                    + "20010db8000000000000000000000001"
                    + "fd000000000000010000000000000002"
                    + "003501bb000c1234deadbeef";

    private static MemorySegment at3(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        MemorySegment segment = Arena.ofAuto().allocate(bytes.length + 3);
        MemorySegment.copy(bytes, 0, segment, Layouts.BYTE, 3, bytes.length);
        return segment;
    }

    private static String hex(MemorySegment segment, int offset, int length) {
        return HexFormat.of().formatHex(segment.asSlice(offset, length).toArray(Layouts.BYTE));
    }

    @Test
    void readsIpv4AndTcp() {
        MemorySegment s = at3(IPV4_TCP);
        assertTrue(Ipv4Header.check(s, 3, 52));
        assertEquals(4, IpPacket.version(s, 3));
        assertEquals(20, Ipv4Header.headerLength(s, 3));
        assertEquals(0xb8, Ipv4Header.tos(s, 3));
        assertEquals(52, Ipv4Header.totalLength(s, 3));
        assertEquals(0xabcd, Ipv4Header.id(s, 3));
        assertEquals(Ipv4Header.DONT_FRAGMENT, Ipv4Header.fragmentField(s, 3));
        assertFalse(Ipv4Header.isFragment(s, 3));
        assertEquals(63, Ipv4Header.ttl(s, 3));
        assertEquals(IpPacket.PROTOCOL_TCP, Ipv4Header.protocol(s, 3));
        assertEquals(0xe1f2, Ipv4Header.checksum(s, 3));
        assertEquals(0x0a000001, Ipv4Header.source(s, 3));
        assertEquals(0xc0a80102, Ipv4Header.destination(s, 3));
        assertTrue(TcpHeader.check(s, 23, 32));
        assertFalse(TcpHeader.check(s, 23, 31));
        assertEquals(8080, TcpHeader.sourcePort(s, 23));
        assertEquals(50000, TcpHeader.destinationPort(s, 23));
        assertEquals(0x1f90c350, TcpHeader.ports(s, 23));
        assertEquals(0x11223344, TcpHeader.sequence(s, 23));
        assertEquals(0x55667788, TcpHeader.acknowledgment(s, 23));
        assertEquals(32, TcpHeader.headerLength(s, 23));
        assertEquals(TcpHeader.ACK | TcpHeader.PSH, TcpHeader.flags(s, 23));
        assertEquals(512, TcpHeader.window(s, 23));
        assertEquals(0xbeef, TcpHeader.checksum(s, 23));
    }

    @Test
    void writesIpv4AndTcp() {
        MemorySegment s = at3(IPV4_TCP);
        Ipv4Header.tos(s, 3, 0xff);
        Ipv4Header.totalLength(s, 3, 0xfffe);
        Ipv4Header.id(s, 3, 0x1234);
        Ipv4Header.ttl(s, 3, 200);
        Ipv4Header.checksum(s, 3, 0xfedc);
        assertEquals("45fffffe12344000c806fedc0a000001c0a80102", hex(s, 3, 20));
        TcpHeader.sequence(s, 23, -2);
        TcpHeader.flags(s, 23, TcpHeader.CWR | TcpHeader.FIN);
        TcpHeader.checksum(s, 23, 0xabcd);
        assertEquals("1f90c350fffffffe5566778880810200abcd0000", hex(s, 23, 20));
    }

    @Test
    void readsAndWritesIpv6AndUdp() {
        MemorySegment s = at3(IPV6_UDP);
        assertTrue(Ipv6Header.check(s, 3, 52));
        assertEquals(6, IpPacket.version(s, 3));
        assertEquals(0xb8, Ipv6Header.trafficClass(s, 3));
        assertEquals(0x12345, Ipv6Header.flowLabel(s, 3));
        assertEquals(12, Ipv6Header.payloadLength(s, 3));
        assertEquals(52, Ipv6Header.totalLength(s, 3));
        assertEquals(IpPacket.PROTOCOL_UDP, Ipv6Header.nextHeader(s, 3));
        assertEquals(64, Ipv6Header.hopLimit(s, 3));
        assertEquals(0x20010db800000000L, Ipv6Header.sourceHigh(s, 3));
        assertEquals(1, Ipv6Header.sourceLow(s, 3));
        assertEquals(0xfd00000000000001L, Ipv6Header.destinationHigh(s, 3));
        assertEquals(2, Ipv6Header.destinationLow(s, 3));
        assertTrue(UdpHeader.check(s, 43, 12));
        assertFalse(UdpHeader.check(s, 43, 11));
        assertEquals(53, UdpHeader.sourcePort(s, 43));
        assertEquals(443, UdpHeader.destinationPort(s, 43));
        assertEquals(0x003501bb, UdpHeader.ports(s, 43));
        assertEquals(12, UdpHeader.length(s, 43));
        assertEquals(0x1234, UdpHeader.checksum(s, 43));
        Ipv6Header.trafficClass(s, 3, 0x103);
        Ipv6Header.payloadLength(s, 3, 0xffff);
        Ipv6Header.hopLimit(s, 3, 255);
        assertEquals("60312345ffff11ff", hex(s, 3, 8));
        UdpHeader.length(s, 43, 0xfffe);
        UdpHeader.checksum(s, 43, 0x8001);
        assertEquals("003501bbfffe8001", hex(s, 43, 8));
    }

    @Test
    void lengthsThatLieAreRefused() {
        MemorySegment s = at3(IPV4_TCP);
        assertEquals(52, IpPacket.checkedLength(s, 3, 52));
        assertEquals(-1, IpPacket.checkedLength(s, 3, 51));
        assertEquals(-1, IpPacket.checkedLength(s, 3, 19));
        assertEquals(-1, IpPacket.checkedLength(s, 3, 0));
        s.set(Layouts.BYTE, 3, (byte) 0x44);
        assertEquals(-1, IpPacket.checkedLength(s, 3, 52), "header shorter than a header");
        s.set(Layouts.BYTE, 3, (byte) 0x4f);
        assertEquals(-1, IpPacket.checkedLength(s, 3, 52), "header longer than the packet");
        s.set(Layouts.BYTE, 3, (byte) 0x55);
        assertEquals(-1, IpPacket.checkedLength(s, 3, 52), "version 5");
        MemorySegment six = at3(IPV6_UDP);
        assertEquals(52, IpPacket.checkedLength(six, 3, 52));
        assertEquals(-1, IpPacket.checkedLength(six, 3, 51));
        assertEquals(-1, IpPacket.checkedLength(six, 3, 39));
    }

    @Test
    void fragmentsAreSeen() {
        MemorySegment s = at3(IPV4_TCP);
        s.set(Layouts.BE_SHORT, 3 + Ipv4Header.FRAGMENT_OFFSET, (short) 0x2000);
        assertTrue(Ipv4Header.isFragment(s, 3));
        s.set(Layouts.BE_SHORT, 3 + Ipv4Header.FRAGMENT_OFFSET, (short) 0x0001);
        assertTrue(Ipv4Header.isFragment(s, 3));
        s.set(Layouts.BE_SHORT, 3 + Ipv4Header.FRAGMENT_OFFSET, (short) 0xc000);
        assertFalse(Ipv4Header.isFragment(s, 3));
    }

    /** Every check stays within the bytes it is given, and what passes can be read. */
    @Property(tries = 2000)
    void randomBytesNeverThrow(@ForAll @Size(max = 80) byte[] bytes) {
        MemorySegment s = MemorySegment.ofArray(bytes);
        int length = bytes.length;
        int packet = IpPacket.checkedLength(s, 0, length);
        assertTrue(packet <= length);
        if (Ipv4Header.check(s, 0, length)) {
            assertTrue(Ipv4Header.headerLength(s, 0) <= packet);
        }
        if (TcpHeader.check(s, 0, length)) {
            assertTrue(TcpHeader.headerLength(s, 0) <= length);
            assertTrue(TcpHeader.checksum(s, 0) >= 0);
        }
        if (UdpHeader.check(s, 0, length)) {
            assertTrue(UdpHeader.length(s, 0) <= length);
        }
        if (ControlFrame.check(s, 0, length)) {
            assertTrue(ControlFrame.bodyLength(s, 0) + ControlFrame.HEADER_BYTES <= length);
        }
        if (MessageHeader.check(s, 0, length)) {
            MessageType.checkLength(MessageHeader.type(s, 0), length);
        }
    }
}
