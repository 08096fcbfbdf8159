package dev.taltun.dataplane;

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
 * Packets of one flow that follow each other and are to be written as one super-packet: the first
 * packet whole, of the others the payload.
 *
 * <pre>
 *   buffer:  | room | virtio header | IP | TCP | payload 0 | payload 1 | payload 2 | ...
 *                                   ^ 64
 * </pre>
 *
 * <p>The payloads are copied while they are warm from being opened. Measured, that is cheaper than
 * to have {@code writev} gather them: the kernel spends 40 ns more on a piece than on as many bytes
 * of a long run, and a copy within the first two caches takes 20 ns.
 *
 * <p>Belongs to one thread. Owns its buffer; references the packets themselves until it is written,
 * in case the kernel refuses the super-packet.
 */
final class CoalescedFlow {
    /** Most packets in one super-packet; more than 64 KiB of them never fit anyway. */
    static final int MAX_PACKETS = 128;

    /**
     * Of UDP: {@code UDP_MAX_SEGMENTS} of kernels before 6.9. Those of 6.7 and 6.8 refuse a
     * super-packet of more, after which none would be tried again.
     */
    static final int MAX_DATAGRAMS = 64;

    /** A super-packet is an IP packet, whose length field has 16 bits. */
    private static final int MAX_BYTES = 65_535;

    /**
     * Where the super-packet begins in the buffer: a cache line, with the offload header before.
     */
    private static final int START = 64;

    /** Flags that may differ within a super-packet are none but PSH, which the last one has. */
    private static final int PSH = TcpHeader.PSH;

    private final FlowHeaders expected = new FlowHeaders();
    private final MemorySegment buffer;
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

    /** Of the pseudo-header, but for the length. */
    private long pseudoSum;

    private boolean firstIsRight;

    /**
     * @param arena owner of the buffer
     */
    CoalescedFlow(Arena arena) {
        buffer = arena.allocate(START + MAX_BYTES + 1, START);
    }

    /** Begins with one packet, which has payload, and stays where it is until this is written. */
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
            idsMatter = false;
        }
        lastPushed = false;
        closed = false;
        boolean tcp = ipProtocol == IpPacket.PROTOCOL_TCP;
        if (tcp) {
            long header = packet + transportOffset;
            nextSequence = TcpHeader.sequence(from, header) + payload;
            lastPushed = (TcpHeader.flags(from, header) & PSH) != 0;
            closed = lastPushed;
        }
        expected.set(from, packet, headerBytes, isIpv4, tcp);
        pseudoSum = PartialChecksum.pseudoSum(from, packet, transportOffset, 0);
        firstIsRight = false;
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

    /**
     * Appends a packet if it directly follows; needs no other look at it before.
     *
     * @param length of the packet by its own IP header, which was checked to fit; eight readable
     *     bytes must follow it
     */
    boolean append(MemorySegment from, long packet, int length) {
        int payload = length - headers;
        if (payload <= 0
                || payload > segmentSize
                || bytes + payload > MAX_BYTES
                || expected.differ(from, packet)
                || (idsMatter && Ipv4Header.id(from, packet) != nextId)) {
            return false;
        }
        long header = packet + transport;
        if (protocol == IpPacket.PROTOCOL_TCP) {
            if (TcpHeader.sequence(from, header) != nextSequence) {
                return false;
            }
        } else if (UdpHeader.length(from, header) != length - transport
                || UdpHeader.checksum(from, header) == 0) {
            return false;
        }
        if (!isRight(from, header, length) || !firstIsRight()) {
            return false;
        }
        if (count == 1) {
            MemorySegment.copy(memory, packets[0], buffer, START, lengths[0]);
        }
        if (isTcp()) {
            nextSequence += payload;
            lastPushed = (TcpHeader.flags(from, header) & PSH) != 0;
        }
        MemorySegment.copy(from, packet + headers, buffer, START + bytes, payload);
        packets[count] = packet;
        lengths[count] = length;
        count++;
        bytes += payload;
        nextId = nextId + 1 & 0xffff;
        closed =
                lastPushed
                        || payload < segmentSize
                        || bytes + segmentSize > MAX_BYTES
                        || count == (isTcp() ? MAX_PACKETS : MAX_DATAGRAMS);
        return true;
    }

    /**
     * Whether a packet's checksum is partial, or right: the super-packet gets one that is right, so
     * a packet that was damaged before it came into the tunnel must not become part of it.
     */
    private boolean isRight(MemorySegment from, long header, int length) {
        int field = isTcp() ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
        int left = length - transport;
        long pseudo = pseudoSum + Checksum.nativeOrder(left);
        return from.get(Layouts.NATIVE_SHORT, header + field) == (short) Checksum.fold(pseudo)
                || Checksum.fold(Checksum.sum(from, header, left, pseudo)) == 0xffff;
    }

    private boolean firstIsRight() {
        if (!firstIsRight) {
            firstIsRight = isRight(memory, packets[0] + transport, lengths[0]);
        }
        return firstIsRight;
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

    /** Holds packet i, unchanged. */
    MemorySegment memory() {
        return memory;
    }

    long packet(int i) {
        return packets[i];
    }

    int length(int i) {
        return lengths[i];
    }

    /** Where the super-packet is, after {@link #finish()}. */
    MemorySegment superPacket() {
        return buffer;
    }

    /** Offset of the super-packet; its offload header stands before it. */
    long superPacketOffset() {
        return START;
    }

    /** Length of the super-packet in bytes. */
    int superPacketLength() {
        return bytes;
    }

    /** Turns the first packet's headers into the super-packet's, of two packets or more. */
    void finish() {
        long header = START + transport;
        writeLengths(header);
        int checksum = isTcp() ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
        long pseudo = pseudoSum + Checksum.nativeOrder(bytes - transport);
        buffer.set(Layouts.NATIVE_SHORT, header + checksum, (short) Checksum.fold(pseudo));
        if (isTcp() && lastPushed) {
            TcpHeader.flags(buffer, header, TcpHeader.flags(buffer, header) | PSH);
        }
        VirtioNetHeader.set(
                buffer,
                START - VirtioNetHeader.BYTES,
                VirtioNetHeader.NEEDS_CSUM,
                gsoType(),
                headers,
                segmentSize,
                transport,
                checksum);
    }

    private int gsoType() {
        if (!isTcp()) {
            return VirtioNetHeader.GSO_UDP_L4;
        }
        return ipv4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
    }

    private void writeLengths(long header) {
        if (ipv4) {
            Ipv4Header.totalLength(buffer, START, bytes);
            buffer.set(Layouts.NATIVE_SHORT, START + Ipv4Header.CHECKSUM_OFFSET, (short) 0);
            long sum = Checksum.sum(buffer, START, Ipv4Header.BYTES_MIN, 0);
            buffer.set(
                    Layouts.NATIVE_SHORT, START + Ipv4Header.CHECKSUM_OFFSET, Checksum.finish(sum));
        } else {
            Ipv6Header.payloadLength(buffer, START, bytes - Ipv6Header.BYTES);
        }
        if (!isTcp()) {
            UdpHeader.length(buffer, header, bytes - transport);
        }
    }
}
