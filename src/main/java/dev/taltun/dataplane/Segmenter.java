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
 * Cuts a TCP or UDP super-packet from TUN into the packets that it stands for, as the kernel's own
 * segmentation does (net/ipv4/tcp_offload.c, udp_offload.c describe the same rules).
 *
 * <p>No payload byte moves. The headers of segment i are written directly before its payload, over
 * the end of segment i-1, which the sink has sealed into its own memory by then:
 *
 * <pre>
 *   read:      | headers | payload 0 | payload 1 | payload 2 |
 *   segment 0: | headers | payload 0 |
 *   segment 1:             | headers | payload 1 |
 *   segment 2:                         | headers | payload 2 |
 * </pre>
 *
 * <p>Belongs to one thread; owns a template of the headers.
 */
final class Segmenter {
    /** IPv4 with options 60 or IPv6 with some extension headers, and TCP with options 60. */
    private static final int MAX_HEADERS = 256;

    private static final int FIN_PSH = TcpHeader.FIN | TcpHeader.PSH;

    private final MemorySegment template;

    /** Layout of the super-packet at hand. */
    private boolean ipv4;

    private boolean tcp;
    private int transportStart;
    private int headerLength;
    private int segmentSize;
    private int segments;
    private long pseudoSum;
    private long ipv4Sum;
    private int firstId;
    private int firstSequence;
    private int firstFlags;
    private boolean leavesChecksums;

    Segmenter(Arena arena) {
        template = arena.allocate(MAX_HEADERS, 64);
    }

    /**
     * Completes the checksum of a packet that is no super-packet, if the kernel left that to us.
     *
     * @param header offset of its {@link VirtioNetHeader}
     * @param packet offset of the IP header
     * @param length of the IP packet
     * @return false when the offload header makes no sense
     */
    static boolean completeChecksum(MemorySegment buffer, long header, long packet, int length) {
        if ((VirtioNetHeader.flags(buffer, header) & VirtioNetHeader.NEEDS_CSUM) == 0) {
            return true;
        }
        int start = VirtioNetHeader.csumStart(buffer, header);
        int field = start + VirtioNetHeader.csumOffset(buffer, header);
        if (field + 2 > length) {
            return false;
        }
        // The field holds the pseudo-header's sum, so summing over it brings that in.
        long sum = Checksum.sum(buffer, packet + start, length - start, 0);
        buffer.set(Layouts.NATIVE_SHORT, packet + field, Checksum.finishTransport(sum));
        return true;
    }

    /**
     * Cuts a super-packet.
     *
     * @param header offset of its {@link VirtioNetHeader}
     * @param packet offset of the IP header
     * @param length of the whole IP super-packet
     * @param partial whether to leave checksums to the receiver, who can tell only where there are
     *     no IP options and extension headers
     * @param sink gets each packet in order
     * @return packets that the sink took, or -1 when the offload header makes no sense
     */
    int segment(
            MemorySegment buffer,
            long header,
            long packet,
            int length,
            boolean partial,
            SegmentSink sink) {
        if (!parse(buffer, header, packet, length)) {
            return -1;
        }
        leavesChecksums =
                partial && transportStart == (ipv4 ? Ipv4Header.BYTES_MIN : Ipv6Header.BYTES);
        MemorySegment.copy(buffer, packet, template, 0, headerLength);
        prepareSums(length);
        int payload = length - headerLength;
        segments = (payload + segmentSize - 1) / segmentSize;
        int done = 0;
        int count = 0;
        while (done < payload) {
            int size = Math.min(segmentSize, payload - done);
            boolean last = done + size == payload;
            long start = packet + done;
            if (count > 0) {
                MemorySegment.copy(template, 0, buffer, start, headerLength);
            }
            writeIpHeader(buffer, start, headerLength + size, count);
            if (tcp) {
                writeTcp(buffer, start, size, done, count, last);
            } else {
                writeUdp(buffer, start, size);
            }
            if (!sink.accept(buffer, start, headerLength + size)) {
                return count;
            }
            done += size;
            count++;
        }
        return count;
    }

    /** How many packets the last super-packet stands for. */
    int segments() {
        return segments;
    }

    private boolean parse(MemorySegment buffer, long header, long packet, int length) {
        int type = VirtioNetHeader.gsoType(buffer, header) & ~VirtioNetHeader.GSO_ECN;
        tcp = type == VirtioNetHeader.GSO_TCPV4 || type == VirtioNetHeader.GSO_TCPV6;
        segmentSize = VirtioNetHeader.gsoSize(buffer, header);
        transportStart = VirtioNetHeader.csumStart(buffer, header);
        if ((!tcp && type != VirtioNetHeader.GSO_UDP_L4)
                || segmentSize == 0
                || !parseIp(buffer, packet, length)
                || (type == VirtioNetHeader.GSO_TCPV4 && !ipv4)
                || (type == VirtioNetHeader.GSO_TCPV6 && ipv4)) {
            return false;
        }
        long transport = packet + transportStart;
        int left = length - transportStart;
        if (tcp ? !TcpHeader.check(buffer, transport, left) : left < UdpHeader.BYTES) {
            return false;
        }
        headerLength =
                transportStart
                        + (tcp ? TcpHeader.headerLength(buffer, transport) : UdpHeader.BYTES);
        return headerLength < length && headerLength <= MAX_HEADERS;
    }

    /** Whether the transport header starts where the offload header says, by the IP header too. */
    private boolean parseIp(MemorySegment buffer, long packet, int length) {
        int version = IpPacket.version(buffer, packet);
        int protocol = protocol();
        ipv4 = version == IpPacket.VERSION_4;
        if (ipv4) {
            return length > Ipv4Header.BYTES_MIN
                    && transportStart >= Ipv4Header.BYTES_MIN
                    && transportStart == Ipv4Header.headerLength(buffer, packet)
                    && Ipv4Header.protocol(buffer, packet) == protocol
                    && !Ipv4Header.isFragment(buffer, packet);
        }
        // Extension headers are not walked: the kernel knew where they end.
        return version == IpPacket.VERSION_6
                && length > Ipv6Header.BYTES
                && (transportStart == Ipv6Header.BYTES
                        ? Ipv6Header.nextHeader(buffer, packet) == protocol
                        : transportStart > Ipv6Header.BYTES);
    }

    private int protocol() {
        return tcp ? IpPacket.PROTOCOL_TCP : IpPacket.PROTOCOL_UDP;
    }

    /** Sums of what is the same in all segments; the fields that differ are zeroed first. */
    private void prepareSums(int length) {
        pseudoSum = Checksum.nativeOrder(protocol());
        if (ipv4) {
            firstId = Ipv4Header.id(template, 0);
            Ipv4Header.totalLength(template, 0, 0);
            Ipv4Header.id(template, 0, 0);
            Ipv4Header.checksum(template, 0, 0);
            ipv4Sum = Checksum.sum(template, 0, transportStart, 0);
            pseudoSum = Checksum.sum(template, Ipv4Header.SOURCE_OFFSET, 8, pseudoSum);
        } else if (transportStart == Ipv6Header.BYTES) {
            pseudoSum = Checksum.sum(template, Ipv6Header.SOURCE_OFFSET, 32, pseudoSum);
        } else {
            // A routing header may name another destination than the IPv6 header (RFC 8200, 8.1):
            // the kernel knew which, and put its sum, with the whole length, into the field.
            int field = tcp ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
            pseudoSum =
                    (template.get(Layouts.NATIVE_SHORT, transportStart + field) & 0xffff)
                            + (~Checksum.nativeOrder(length - transportStart) & 0xffff);
        }
        if (tcp) {
            firstSequence = TcpHeader.sequence(template, transportStart);
            firstFlags = TcpHeader.flags(template, transportStart);
        }
    }

    private void writeIpHeader(MemorySegment buffer, long start, int total, int index) {
        if (ipv4) {
            int id = firstId + index & 0xffff;
            Ipv4Header.totalLength(buffer, start, total);
            Ipv4Header.id(buffer, start, id);
            long sum = ipv4Sum + Checksum.nativeOrder(total) + Checksum.nativeOrder(id);
            buffer.set(
                    Layouts.NATIVE_SHORT, start + Ipv4Header.CHECKSUM_OFFSET, Checksum.finish(sum));
        } else {
            Ipv6Header.payloadLength(buffer, start, total - Ipv6Header.BYTES);
        }
    }

    private void writeTcp(
            MemorySegment buffer, long start, int size, int done, int index, boolean last) {
        long transport = start + transportStart;
        int flags = firstFlags;
        if (!last) {
            flags &= ~FIN_PSH;
        }
        if (index > 0) {
            flags &= ~TcpHeader.CWR;
        }
        TcpHeader.sequence(buffer, transport, firstSequence + done);
        TcpHeader.flags(buffer, transport, flags);
        int bytes = headerLength - transportStart + size;
        writeChecksum(buffer, transport, TcpHeader.CHECKSUM_OFFSET, bytes);
    }

    private void writeUdp(MemorySegment buffer, long start, int size) {
        long transport = start + transportStart;
        int bytes = UdpHeader.BYTES + size;
        UdpHeader.length(buffer, transport, bytes);
        writeChecksum(buffer, transport, UdpHeader.CHECKSUM_OFFSET, bytes);
    }

    private void writeChecksum(MemorySegment buffer, long transport, int field, int bytes) {
        long pseudo = pseudoSum + Checksum.nativeOrder(bytes);
        if (leavesChecksums) {
            buffer.set(Layouts.NATIVE_SHORT, transport + field, (short) Checksum.fold(pseudo));
            return;
        }
        buffer.set(Layouts.NATIVE_SHORT, transport + field, (short) 0);
        long sum = Checksum.sum(buffer, transport, bytes, pseudo);
        buffer.set(Layouts.NATIVE_SHORT, transport + field, Checksum.finishTransport(sum));
    }
}
