package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import dev.taltun.protocol.TcpHeader;
import dev.taltun.protocol.UdpHeader;
import java.lang.foreign.MemorySegment;

/**
 * TCP and UDP checksums that were left to whoever hands the packet to a host: the field holds the
 * sum of the pseudo-header, as the kernel gives it to a device that computes checksums. Between two
 * Taltun engines packets travel so, since the seal of the transport message protects them better
 * than 16 bits could, and both kernels are spared a look at every byte.
 *
 * <p>A packet does not say that its checksum is partial, its field does. One packet in 65,536 has a
 * whole checksum that looks partial; it loses nothing, for that checksum is also what completing it
 * comes to, if it was right.
 *
 * <pre>
 *   pseudo-header:  | source | destination | 0 | protocol | length of TCP or UDP |
 *                   (RFC 9293, 3.1; RFC 768; RFC 8200, 8.1)
 * </pre>
 *
 * <p>Only of packets without IP options, extension headers and fragmentation: all others carry
 * whole checksums. Every packet's length was checked before.
 */
public final class PartialChecksum {
    private PartialChecksum() {}

    /** Where the TCP or UDP header of a packet begins whose checksum is partial; else 0. */
    static int transport(MemorySegment memory, long packet, int length) {
        int transport = plainTransport(memory, packet, length);
        if (transport == 0) {
            return 0;
        }
        long sum = pseudoSum(memory, packet, transport, length - transport);
        return field(memory, packet, transport) == (short) Checksum.fold(sum) ? transport : 0;
    }

    /** Makes a partial checksum whole; leaves any other packet as it is. */
    static void complete(MemorySegment memory, long packet, int length) {
        int transport = transport(memory, packet, length);
        if (transport == 0) {
            return;
        }
        // The field holds the pseudo-header's sum, so summing over it brings that in.
        long sum = Checksum.sum(memory, packet + transport, length - transport, 0);
        memory.set(
                Layouts.NATIVE_SHORT,
                packet + transport + fieldOffset(memory, packet, transport),
                Checksum.finishTransport(sum));
    }

    /**
     * The unfolded sum of a pseudo-header.
     *
     * @param transport where the TCP or UDP header begins: 20 or 40
     * @param bytes of TCP or UDP header and payload
     */
    public static long pseudoSum(MemorySegment memory, long packet, int transport, int bytes) {
        int numbers =
                Checksum.nativeOrder(protocol(memory, packet, transport))
                        + Checksum.nativeOrder(bytes);
        return transport == Ipv4Header.BYTES_MIN
                ? Checksum.sum(memory, packet + Ipv4Header.SOURCE_OFFSET, 8, numbers)
                : Checksum.sum(memory, packet + Ipv6Header.SOURCE_OFFSET, 32, numbers);
    }

    /** Where the checksum is, from the TCP or UDP header on. */
    static int fieldOffset(MemorySegment memory, long packet, int transport) {
        return protocol(memory, packet, transport) == IpPacket.PROTOCOL_TCP
                ? TcpHeader.CHECKSUM_OFFSET
                : UdpHeader.CHECKSUM_OFFSET;
    }

    private static short field(MemorySegment memory, long packet, int transport) {
        return memory.get(
                Layouts.NATIVE_SHORT, packet + transport + fieldOffset(memory, packet, transport));
    }

    private static int protocol(MemorySegment memory, long packet, int transport) {
        return transport == Ipv4Header.BYTES_MIN
                ? Ipv4Header.protocol(memory, packet)
                : Ipv6Header.nextHeader(memory, packet);
    }

    private static int plainTransport(MemorySegment memory, long packet, int length) {
        int transport;
        if (IpPacket.version(memory, packet) == IpPacket.VERSION_4) {
            transport = Ipv4Header.BYTES_MIN;
            if (Ipv4Header.headerLength(memory, packet) != transport
                    || Ipv4Header.isFragment(memory, packet)) {
                return 0;
            }
        } else {
            transport = Ipv6Header.BYTES;
        }
        int left = length - transport;
        return switch (protocol(memory, packet, transport)) {
            case IpPacket.PROTOCOL_TCP -> left >= TcpHeader.BYTES_MIN ? transport : 0;
            case IpPacket.PROTOCOL_UDP ->
                    left >= UdpHeader.BYTES && UdpHeader.length(memory, packet + transport) == left
                            ? transport
                            : 0;
            default -> 0;
        };
    }
}
