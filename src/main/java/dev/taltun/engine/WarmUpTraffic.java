package dev.taltun.engine;

import dev.taltun.dataplane.Checksum;
import dev.taltun.dataplane.PartialChecksum;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import dev.taltun.protocol.TcpHeader;
import dev.taltun.protocol.UdpHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a TUN device hands over under load: TCP and UDP super-packets, acknowledgments, small
 * datagrams, echo requests, from {@link #SOURCE} to {@link #DESTINATION} or {@link #THIRD}
 * (addresses of RFC 5737 and RFC 3849). Lengths, marks and pushes differ as they do in life: a
 * compiler that never saw an odd length leaves it out, and has to begin anew when the first one
 * comes.
 *
 * <pre>
 *   | virtio header 10 | IP 20 or 40 | TCP 32 (timestamps) or UDP 8 | payload |
 * </pre>
 *
 * <p>Belongs to the thread that warms up.
 */
final class WarmUpTraffic {
    static final int SOURCE = 0xc0000202;
    static final int DESTINATION = 0xc0000201;

    /** A third host, whom packets for are passed on to. */
    static final int THIRD = 0xc0000203;

    static final long NETWORK_6 = 0x2001_0db8_0000_0000L;

    /** Largest payload of what carries it here: one UDP datagram. */
    private static final int MAX_BYTES = 65_000;

    private static final int TCP_BYTES = TcpHeader.BYTES_MIN + 12;

    /** Segments of a super-packet that no batch is too small for. */
    private static final int SHORT = 4;

    private static final int SMALL_BYTES = 64;
    private static final int TTL = 64;

    /** ECT(0), RFC 3168. */
    private static final byte ECN_CAPABLE = 2;

    private final MemorySegment memory;
    private final int mtu;

    /** Where each flow's next payload begins. */
    private final int[] sequences = {1, 1};

    /** Which flow the next packets are of. */
    private int flow;

    private int destination = DESTINATION;

    WarmUpTraffic(Arena arena, int mtu) {
        memory = arena.allocate(MAX_BYTES + 64, 64);
        this.mtu = mtu;
    }

    MemorySegment memory() {
        return memory;
    }

    /**
     * Puts a super-packet of as many segments as fit; returns its length.
     *
     * @param variant its last segment is full in one variant of two, and as short as the variant
     *     says otherwise; every fourth carries a congestion-capable mark
     */
    int superPacket(boolean ipv4, boolean tcp, int variant) {
        int headers = headers(ipv4, tcp);
        int segment = mtu - headers;
        int payload = (MAX_BYTES - VirtioNetHeader.BYTES - headers) / segment * segment;
        boolean whole = (variant & 1) == 0;
        int length = packet(ipv4, tcp, whole ? payload : payload - variant % segment, segment);
        if (tcp && !whole) {
            long header = VirtioNetHeader.BYTES + transport(ipv4);
            TcpHeader.flags(memory, header, TcpHeader.ACK | TcpHeader.PSH);
        }
        if (ipv4 && (variant & 3) == 3) {
            memory.set(Layouts.BYTE, VirtioNetHeader.BYTES + 1L, ECN_CAPABLE);
        }
        return length;
    }

    /** Puts a TCP super-packet that goes out as one run of datagrams; returns its length. */
    int shortSuperPacket(boolean ipv4) {
        int segment = mtu - headers(ipv4, true);
        return packet(ipv4, true, SHORT * segment, segment);
    }

    /** Turns to one of two flows. */
    void flow(int number) {
        flow = number;
    }

    /** Turns to a destination. */
    void destination(int address) {
        destination = address;
    }

    /** Loses a piece of the flow: its next packet does not follow the one before. */
    void skip() {
        sequences[flow]++;
    }

    /** Puts a single TCP packet with flags beside ACK; returns its length. */
    int flagged(boolean ipv4, int flags, int payload) {
        int length = packet(ipv4, true, payload);
        long header = VirtioNetHeader.BYTES + transport(ipv4);
        TcpHeader.flags(memory, header, TcpHeader.ACK | flags);
        return length;
    }

    /** Puts a super-packet of so many small datagrams; returns its length. */
    int smallDatagrams(boolean ipv4, int count) {
        return packet(ipv4, false, count * SMALL_BYTES, SMALL_BYTES);
    }

    /** Puts an ICMP echo request, which is of no flow; returns its length. */
    int echo(boolean ipv4) {
        int length = packet(ipv4, false, 56, 0);
        int protocol = ipv4 ? IpPacket.PROTOCOL_ICMP : IpPacket.PROTOCOL_ICMPV6;
        int at = ipv4 ? Ipv4Header.PROTOCOL_OFFSET : Ipv6Header.NEXT_HEADER_OFFSET;
        memory.set(Layouts.BYTE, VirtioNetHeader.BYTES + (long) at, (byte) protocol);
        VirtioNetHeader.setPlain(memory, 0);
        return length;
    }

    /** Puts a single packet with so much payload; returns its length. */
    int packet(boolean ipv4, boolean tcp, int payload) {
        return packet(ipv4, tcp, payload, 0);
    }

    private static int headers(boolean ipv4, boolean tcp) {
        return transport(ipv4) + (tcp ? TCP_BYTES : UdpHeader.BYTES);
    }

    private static int transport(boolean ipv4) {
        return ipv4 ? Ipv4Header.BYTES_MIN : Ipv6Header.BYTES;
    }

    private int packet(boolean ipv4, boolean tcp, int payload, int segment) {
        long ip = VirtioNetHeader.BYTES;
        int headers = headers(ipv4, tcp);
        int transport = transport(ipv4);
        memory.asSlice(0, VirtioNetHeader.BYTES + headers).fill((byte) 0);
        int protocol = tcp ? IpPacket.PROTOCOL_TCP : IpPacket.PROTOCOL_UDP;
        int tcpType = ipv4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
        int superType = tcp ? tcpType : VirtioNetHeader.GSO_UDP_L4;
        VirtioNetHeader.set(
                memory,
                0,
                VirtioNetHeader.NEEDS_CSUM,
                segment == 0 ? VirtioNetHeader.GSO_NONE : superType,
                headers,
                segment,
                transport,
                tcp ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET);
        if (ipv4) {
            ipv4(ip, headers + payload, protocol);
        } else {
            ipv6(ip, headers - Ipv6Header.BYTES + payload, protocol);
        }
        if (tcp) {
            tcp(ip + transport, payload);
        } else {
            memory.set(Layouts.BE_INT, ip + transport, 0x1234_5678 + flow);
            UdpHeader.length(memory, ip + transport, UdpHeader.BYTES + payload);
        }
        int bytes = headers - transport + payload;
        long sum = PartialChecksum.pseudoSum(memory, ip, transport, bytes);
        int field = tcp ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
        memory.set(Layouts.NATIVE_SHORT, ip + transport + field, (short) Checksum.fold(sum));
        return VirtioNetHeader.BYTES + headers + payload;
    }

    private void ipv4(long ip, int total, int protocol) {
        memory.set(Layouts.BYTE, ip, (byte) 0x45);
        Ipv4Header.totalLength(memory, ip, total);
        memory.set(
                Layouts.BE_SHORT,
                ip + Ipv4Header.FRAGMENT_OFFSET,
                (short) Ipv4Header.DONT_FRAGMENT);
        Ipv4Header.ttl(memory, ip, TTL);
        memory.set(Layouts.BYTE, ip + Ipv4Header.PROTOCOL_OFFSET, (byte) protocol);
        memory.set(Layouts.BE_INT, ip + Ipv4Header.SOURCE_OFFSET, SOURCE);
        memory.set(Layouts.BE_INT, ip + Ipv4Header.DESTINATION_OFFSET, destination);
    }

    private void ipv6(long ip, int payload, int protocol) {
        memory.set(Layouts.BE_INT, ip, 0x6000_0000);
        Ipv6Header.payloadLength(memory, ip, payload);
        memory.set(Layouts.BYTE, ip + Ipv6Header.NEXT_HEADER_OFFSET, (byte) protocol);
        memory.set(Layouts.BYTE, ip + Ipv6Header.HOP_LIMIT_OFFSET, (byte) TTL);
        memory.set(Layouts.BE_LONG, ip + Ipv6Header.SOURCE_OFFSET, NETWORK_6);
        memory.set(Layouts.BE_LONG, ip + Ipv6Header.SOURCE_OFFSET + 8, SOURCE & 0xffff_ffffL);
        memory.set(Layouts.BE_LONG, ip + Ipv6Header.DESTINATION_OFFSET, NETWORK_6);
        memory.set(
                Layouts.BE_LONG,
                ip + Ipv6Header.DESTINATION_OFFSET + 8,
                destination & 0xffff_ffffL);
    }

    private void tcp(long tcp, int payload) {
        memory.set(Layouts.BE_INT, tcp, 0x1234_1451 + flow);
        TcpHeader.sequence(memory, tcp, sequences[flow]);
        sequences[flow] += payload;
        memory.set(Layouts.BYTE, tcp + TcpHeader.DATA_OFFSET, (byte) (TCP_BYTES / 4 << 4));
        TcpHeader.flags(memory, tcp, TcpHeader.ACK);
        // No operation twice, and timestamps (RFC 7323, appendix A).
        memory.set(Layouts.BE_INT, tcp + TcpHeader.BYTES_MIN, 0x0101_080a);
    }
}
