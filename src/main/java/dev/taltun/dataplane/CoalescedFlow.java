package dev.taltun.dataplane;

import dev.taltun.io.tun.GatherList;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import dev.taltun.protocol.TcpHeader;
import dev.taltun.protocol.UdpHeader;
import java.lang.foreign.MemorySegment;

/**
 * Packets of one flow that follow each other and are to be written as one super-packet: the first
 * packet whole, of the others the payload.
 *
 * <pre>
 *   pieces:  | virtio header | IP | TCP | payload 0 |   | payload 1 |   | payload 2 |
 *              ^ in the room before packet 0
 * </pre>
 *
 * <p>Belongs to one thread. References packets, owns none.
 */
final class CoalescedFlow {
    /** Most packets in one super-packet; more than 64 KiB of them never fit anyway. */
    static final int MAX_PACKETS = 128;

    /** A super-packet is an IP packet, whose length field has 16 bits. */
    private static final int MAX_BYTES = 65_535;

    /** Flags that may differ within a super-packet are none but PSH, which the last one has. */
    private static final int PSH = TcpHeader.PSH;

    private final GatherList pieces = new GatherList(MAX_PACKETS);
    private final long[] packets = new long[MAX_PACKETS];
    private final int[] lengths = new int[MAX_PACKETS];
    private MemorySegment memory;
    private int count;
    private boolean closed;

    private boolean ipv4;
    private int protocol;
    private int transport;
    private int headers;
    private int segmentSize;
    private int bytes;

    private int ports;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    private int nextSequence;
    private boolean lastPushed;
    private int nextId;
    private boolean idsMatter;

    /** Begins with one packet, which has payload. */
    void start(
            MemorySegment from,
            long packet,
            int transportOffset,
            int headerBytes,
            int payload,
            int ipProtocol,
            boolean isIpv4) {
        memory = from;
        ipv4 = isIpv4;
        protocol = ipProtocol;
        transport = transportOffset;
        headers = headerBytes;
        segmentSize = payload;
        bytes = headerBytes + payload;
        ports = TcpHeader.ports(from, packet + transportOffset);
        if (isIpv4) {
            sourceLow = Ipv4Header.source(from, packet);
            destinationLow = Ipv4Header.destination(from, packet);
            sourceHigh = 0;
            destinationHigh = 0;
            nextId = Ipv4Header.id(from, packet) + 1 & 0xffff;
            idsMatter = (Ipv4Header.fragmentField(from, packet) & Ipv4Header.DONT_FRAGMENT) == 0;
        } else {
            sourceHigh = Ipv6Header.sourceHigh(from, packet);
            sourceLow = Ipv6Header.sourceLow(from, packet);
            destinationHigh = Ipv6Header.destinationHigh(from, packet);
            destinationLow = Ipv6Header.destinationLow(from, packet);
        }
        lastPushed = false;
        closed = false;
        if (ipProtocol == IpPacket.PROTOCOL_TCP) {
            long tcp = packet + transportOffset;
            nextSequence = TcpHeader.sequence(from, tcp) + payload;
            lastPushed = (TcpHeader.flags(from, tcp) & PSH) != 0;
            closed = lastPushed;
        }
        pieces.clear();
        pieces.add(
                from,
                packet - VirtioNetHeader.BYTES,
                VirtioNetHeader.BYTES + headerBytes + payload);
        packets[0] = packet;
        lengths[0] = headerBytes + payload;
        count = 1;
    }

    /** Whether a packet belongs to this flow, wherever in it. */
    boolean matches(
            MemorySegment from, long packet, int transportOffset, int ipProtocol, boolean isIpv4) {
        return ipProtocol == protocol
                && TcpHeader.ports(from, packet + transportOffset) == ports
                && isBetweenHostsOf(from, packet, isIpv4);
    }

    /** Whether a packet has this flow's addresses. */
    boolean isBetweenHostsOf(MemorySegment from, long packet, boolean isIpv4) {
        if (isIpv4 != ipv4) {
            return false;
        }
        if (isIpv4) {
            return Ipv4Header.source(from, packet) == (int) sourceLow
                    && Ipv4Header.destination(from, packet) == (int) destinationLow;
        }
        return Ipv6Header.sourceLow(from, packet) == sourceLow
                && Ipv6Header.sourceHigh(from, packet) == sourceHigh
                && Ipv6Header.destinationLow(from, packet) == destinationLow
                && Ipv6Header.destinationHigh(from, packet) == destinationHigh;
    }

    /** Appends a TCP packet with data and no flags but ACK and PSH, if it directly follows. */
    boolean appendTcp(MemorySegment from, long packet, int payload) {
        long tcp = packet + transport;
        long first = packets[0] + transport;
        if (TcpHeader.sequence(from, tcp) != nextSequence
                || TcpHeader.acknowledgment(from, tcp) != TcpHeader.acknowledgment(memory, first)
                || offsetFlagsWindow(from, tcp) != offsetFlagsWindow(memory, first)
                || urgent(from, tcp) != urgent(memory, first)
                || !fits(from, packet, payload)
                || !sameBytes(
                        from,
                        tcp + TcpHeader.BYTES_MIN,
                        first + TcpHeader.BYTES_MIN,
                        headers - transport - TcpHeader.BYTES_MIN)) {
            return false;
        }
        nextSequence += payload;
        lastPushed = (TcpHeader.flags(from, tcp) & PSH) != 0;
        append(from, packet, payload);
        closed |= lastPushed;
        return true;
    }

    /** Header length, reserved bits, flags but PSH, and window, all at once. */
    private static int offsetFlagsWindow(MemorySegment from, long tcp) {
        return from.get(Layouts.BE_INT, tcp + TcpHeader.DATA_OFFSET) & ~(PSH << Short.SIZE);
    }

    private static short urgent(MemorySegment from, long tcp) {
        return from.get(Layouts.NATIVE_SHORT, tcp + TcpHeader.URGENT_OFFSET);
    }

    /** Appends a UDP packet with data, if it can follow. */
    boolean appendUdp(MemorySegment from, long packet, int payload) {
        if (!fits(from, packet, payload)) {
            return false;
        }
        append(from, packet, payload);
        return true;
    }

    private boolean fits(MemorySegment from, long packet, int payload) {
        if (count == MAX_PACKETS || payload > segmentSize || bytes + payload > MAX_BYTES) {
            return false;
        }
        long first = packets[0];
        if (!ipv4) {
            // Version, traffic class and flow label; the hop limit.
            return from.get(Layouts.NATIVE_INT, packet) == memory.get(Layouts.NATIVE_INT, first)
                    && Ipv6Header.hopLimit(from, packet) == Ipv6Header.hopLimit(memory, first);
        }
        return Ipv4Header.tos(from, packet) == Ipv4Header.tos(memory, first)
                && Ipv4Header.ttl(from, packet) == Ipv4Header.ttl(memory, first)
                && Ipv4Header.fragmentField(from, packet) == Ipv4Header.fragmentField(memory, first)
                && (!idsMatter || Ipv4Header.id(from, packet) == nextId);
    }

    private boolean sameBytes(MemorySegment from, long at, long first, int length) {
        for (int i = 0; i < length; i += 4) {
            if (from.get(Layouts.NATIVE_INT, at + i) != memory.get(Layouts.NATIVE_INT, first + i)) {
                return false;
            }
        }
        return true;
    }

    private void append(MemorySegment from, long packet, int payload) {
        pieces.add(from, packet + headers, payload);
        packets[count] = packet;
        lengths[count] = headers + payload;
        count++;
        bytes += payload;
        nextId = nextId + 1 & 0xffff;
        closed = payload < segmentSize || bytes + segmentSize > MAX_BYTES || count == MAX_PACKETS;
    }

    /** Whether no packet can be appended any more. */
    boolean isClosed() {
        return closed;
    }

    /** How many packets there are. */
    int count() {
        return count;
    }

    boolean isTcp() {
        return protocol == IpPacket.PROTOCOL_TCP;
    }

    MemorySegment memory() {
        return memory;
    }

    long packet(int i) {
        return packets[i];
    }

    int length(int i) {
        return lengths[i];
    }

    GatherList pieces() {
        return pieces;
    }

    /** Turns the first packet's headers into the super-packet's, and completes the pieces. */
    void finish() {
        long packet = packets[0];
        long header = packet + transport;
        if (count > 1) {
            writeLengths(packet, header, bytes);
        }
        int checksum = isTcp() ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
        long pseudo = pseudoSum(packet, bytes - transport);
        memory.set(Layouts.NATIVE_SHORT, header + checksum, (short) Checksum.fold(pseudo));
        if (isTcp() && lastPushed) {
            TcpHeader.flags(memory, header, TcpHeader.flags(memory, header) | PSH);
        }
        VirtioNetHeader.set(
                memory,
                packet - VirtioNetHeader.BYTES,
                VirtioNetHeader.NEEDS_CSUM,
                count == 1 ? VirtioNetHeader.GSO_NONE : gsoType(),
                headers,
                count == 1 ? 0 : segmentSize,
                transport,
                checksum);
    }

    /** Sum of the pseudo-header: addresses, protocol, length (RFC 9293 3.1, RFC 8200 8.1). */
    private long pseudoSum(long packet, int transportBytes) {
        int numbers = Checksum.nativeOrder(protocol) + Checksum.nativeOrder(transportBytes);
        return ipv4
                ? Checksum.sum(memory, packet + Ipv4Header.SOURCE_OFFSET, 8, numbers)
                : Checksum.sum(memory, packet + Ipv6Header.SOURCE_OFFSET, 32, numbers);
    }

    private int gsoType() {
        if (!isTcp()) {
            return VirtioNetHeader.GSO_UDP_L4;
        }
        return ipv4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
    }

    private void writeLengths(long packet, long header, int total) {
        if (ipv4) {
            Ipv4Header.totalLength(memory, packet, total);
            memory.set(Layouts.NATIVE_SHORT, packet + Ipv4Header.CHECKSUM_OFFSET, (short) 0);
            long sum = Checksum.sum(memory, packet, Ipv4Header.BYTES_MIN, 0);
            memory.set(
                    Layouts.NATIVE_SHORT,
                    packet + Ipv4Header.CHECKSUM_OFFSET,
                    Checksum.finish(sum));
        } else {
            Ipv6Header.payloadLength(memory, packet, total - Ipv6Header.BYTES);
        }
        if (!isTcp()) {
            UdpHeader.length(memory, header, total - transport);
        }
    }

    /** Turns the super-packet's headers back into the first packet's, all checksums complete. */
    void undo() {
        long packet = packets[0];
        long header = packet + transport;
        int length = lengths[0];
        writeLengths(packet, header, length);
        if (isTcp() && count > 1) {
            TcpHeader.flags(memory, header, TcpHeader.flags(memory, header) & ~PSH);
        }
        int field = isTcp() ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
        memory.set(Layouts.NATIVE_SHORT, header + field, (short) 0);
        long pseudo = pseudoSum(packet, length - transport);
        long sum = Checksum.sum(memory, header, length - transport, pseudo);
        memory.set(Layouts.NATIVE_SHORT, header + field, Checksum.finishTransport(sum));
    }
}
