package dev.taltun.dataplane;

import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
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

    private static final int IPV4_LENGTH = 2;
    private static final int IPV4_ID = 4;
    private static final int IPV4_CHECKSUM = 10;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV6_PAYLOAD_LENGTH = 4;
    private static final int IPV6_SOURCE = 8;
    private static final int IPV6_HEADER = 40;
    private static final int TCP_SEQUENCE = 4;
    private static final int TCP_DATA_OFFSET = 12;
    private static final int TCP_FLAGS = 13;
    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_LENGTH = 4;
    private static final int UDP_CHECKSUM = 6;
    private static final int UDP_HEADER = 8;
    private static final int FIN_PSH = 0x01 | 0x08;
    private static final int CWR = 0x80;
    private static final int PROTOCOL_TCP = 6;
    private static final int PROTOCOL_UDP = 17;

    private final MemorySegment template;

    /** Layout of the super-packet at hand. */
    private boolean ipv4;

    private boolean tcp;
    private int transportStart;
    private int headerLength;
    private int segmentSize;
    private long pseudoSum;
    private long ipv4Sum;
    private int firstId;
    private int firstSequence;
    private int firstFlags;

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
        buffer.set(Layouts.NATIVE_SHORT, packet + field, Checksum.finishUdp(sum));
        return true;
    }

    /**
     * Cuts a super-packet.
     *
     * @param header offset of its {@link VirtioNetHeader}
     * @param packet offset of the IP header
     * @param length of the whole IP super-packet
     * @param sink gets each packet in order
     * @return packets handed to the sink, or -1 when the offload header makes no sense
     */
    int segment(MemorySegment buffer, long header, long packet, int length, SegmentSink sink) {
        if (!parse(buffer, header, packet, length)) {
            return -1;
        }
        MemorySegment.copy(buffer, packet, template, 0, headerLength);
        prepareSums();
        int payload = length - headerLength;
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

    private boolean parse(MemorySegment buffer, long header, long packet, int length) {
        int type = VirtioNetHeader.gsoType(buffer, header) & ~VirtioNetHeader.GSO_ECN;
        segmentSize = VirtioNetHeader.gsoSize(buffer, header);
        transportStart = VirtioNetHeader.csumStart(buffer, header);
        int version = (buffer.get(Layouts.BYTE, packet) & 0xf0) >>> 4;
        ipv4 = version == 4;
        tcp = type == VirtioNetHeader.GSO_TCPV4 || type == VirtioNetHeader.GSO_TCPV6;
        if ((!tcp && type != VirtioNetHeader.GSO_UDP_L4)
                || (type == VirtioNetHeader.GSO_TCPV4 && !ipv4)
                || (type == VirtioNetHeader.GSO_TCPV6 && version != 6)
                || segmentSize == 0
                || transportStart < (ipv4 ? 20 : IPV6_HEADER)
                || transportStart + (tcp ? 20 : UDP_HEADER) > length) {
            return false;
        }
        int transportHeader =
                tcp
                        ? (buffer.get(Layouts.BYTE, packet + transportStart + TCP_DATA_OFFSET)
                                        & 0xf0)
                                >>> 2
                        : UDP_HEADER;
        headerLength = transportStart + transportHeader;
        return transportHeader >= UDP_HEADER
                && headerLength < length
                && headerLength <= MAX_HEADERS;
    }

    /** Sums of what is the same in all segments; the fields that differ are zeroed first. */
    private void prepareSums() {
        int protocol = tcp ? PROTOCOL_TCP : PROTOCOL_UDP;
        pseudoSum = Checksum.nativeOrder(protocol);
        if (ipv4) {
            firstId = template.get(Layouts.BE_SHORT, IPV4_ID) & 0xffff;
            template.set(Layouts.NATIVE_SHORT, IPV4_LENGTH, (short) 0);
            template.set(Layouts.NATIVE_SHORT, IPV4_ID, (short) 0);
            template.set(Layouts.NATIVE_SHORT, IPV4_CHECKSUM, (short) 0);
            ipv4Sum = Checksum.sum(template, 0, transportStart, 0);
            pseudoSum = Checksum.sum(template, IPV4_SOURCE, 8, pseudoSum);
        } else {
            pseudoSum = Checksum.sum(template, IPV6_SOURCE, 32, pseudoSum);
        }
        if (tcp) {
            firstSequence = template.get(Layouts.BE_INT, transportStart + TCP_SEQUENCE);
            firstFlags = template.get(Layouts.BYTE, transportStart + TCP_FLAGS) & 0xff;
            template.set(Layouts.NATIVE_SHORT, transportStart + TCP_CHECKSUM, (short) 0);
        } else {
            template.set(Layouts.NATIVE_SHORT, transportStart + UDP_CHECKSUM, (short) 0);
        }
    }

    private void writeIpHeader(MemorySegment buffer, long start, int total, int index) {
        if (ipv4) {
            int id = firstId + index & 0xffff;
            buffer.set(Layouts.BE_SHORT, start + IPV4_LENGTH, (short) total);
            buffer.set(Layouts.BE_SHORT, start + IPV4_ID, (short) id);
            long sum = ipv4Sum + Checksum.nativeOrder(total) + Checksum.nativeOrder(id);
            buffer.set(Layouts.NATIVE_SHORT, start + IPV4_CHECKSUM, Checksum.finish(sum));
        } else {
            buffer.set(
                    Layouts.BE_SHORT, start + IPV6_PAYLOAD_LENGTH, (short) (total - IPV6_HEADER));
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
            flags &= ~CWR;
        }
        buffer.set(Layouts.BE_INT, transport + TCP_SEQUENCE, firstSequence + done);
        buffer.set(Layouts.BYTE, transport + TCP_FLAGS, (byte) flags);
        buffer.set(Layouts.NATIVE_SHORT, transport + TCP_CHECKSUM, (short) 0);
        int bytes = headerLength - transportStart + size;
        long sum = Checksum.sum(buffer, transport, bytes, pseudoSum + Checksum.nativeOrder(bytes));
        buffer.set(Layouts.NATIVE_SHORT, transport + TCP_CHECKSUM, Checksum.finish(sum));
    }

    private void writeUdp(MemorySegment buffer, long start, int size) {
        long transport = start + transportStart;
        int bytes = UDP_HEADER + size;
        buffer.set(Layouts.BE_SHORT, transport + UDP_LENGTH, (short) bytes);
        buffer.set(Layouts.NATIVE_SHORT, transport + UDP_CHECKSUM, (short) 0);
        long sum = Checksum.sum(buffer, transport, bytes, pseudoSum + Checksum.nativeOrder(bytes));
        buffer.set(Layouts.NATIVE_SHORT, transport + UDP_CHECKSUM, Checksum.finishUdp(sum));
    }
}
