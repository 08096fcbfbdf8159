package dev.taltun.dataplane;

import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.TcpHeader;
import dev.taltun.protocol.UdpHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** IPv4 packets for the benchmarks, with correct headers. */
final class BenchPackets {
    static final int TCP_HEADERS = Ipv4Header.BYTES_MIN + 32;
    static final int UDP_HEADERS = Ipv4Header.BYTES_MIN + UdpHeader.BYTES;

    private static final int DONT_FRAGMENT = 0x4000;
    private static final int TTL = 64;
    private static final int WINDOW = 500;

    private BenchPackets() {}

    /**
     * Headers as Linux sends them, timestamps included in TCP, and checksums as between Taltun
     * engines: partial. Gives their length.
     */
    static int put(
            MemorySegment memory, long offset, boolean tcp, int payload, int sequence, int id) {
        int length = (tcp ? TCP_HEADERS : UDP_HEADERS) + payload;
        ByteBuffer b = ByteBuffer.allocate(tcp ? TCP_HEADERS : UDP_HEADERS);
        b.put((byte) 0x45).put((byte) 0).putShort((short) length).putShort((short) id);
        b.putShort((short) DONT_FRAGMENT).put((byte) TTL);
        b.put((byte) (tcp ? IpPacket.PROTOCOL_TCP : IpPacket.PROTOCOL_UDP)).putShort((short) 0);
        b.putInt(0x0a4d0001).putInt(0x0a4d0002);
        b.putShort((short) 40_000).putShort((short) 5201);
        if (tcp) {
            b.putInt(sequence).putInt(1).put((byte) 0x80).put((byte) TcpHeader.ACK);
            b.putShort((short) WINDOW).putShort((short) 0).putShort((short) 0);
            b.put((byte) 1).put((byte) 1).put((byte) 8).put((byte) 10).putLong(0x1234);
        } else {
            b.putShort((short) (UdpHeader.BYTES + payload)).putShort((short) 0);
        }
        MemorySegment.copy(b.array(), 0, memory, Layouts.BYTE, offset, b.position());
        long sum = Checksum.sum(memory, offset, Ipv4Header.BYTES_MIN, 0);
        memory.set(Layouts.NATIVE_SHORT, offset + Ipv4Header.CHECKSUM_OFFSET, Checksum.finish(sum));
        int transport = Ipv4Header.BYTES_MIN;
        long pseudo = PartialChecksum.pseudoSum(memory, offset, transport, length - transport);
        int field = tcp ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET;
        memory.set(Layouts.NATIVE_SHORT, offset + transport + field, (short) Checksum.fold(pseudo));
        return b.position();
    }

    /** What the kernel says before a super-packet: its checksum is to be completed. */
    static void putOffload(MemorySegment memory, long header, boolean tcp, int segmentSize) {
        VirtioNetHeader.set(
                memory,
                header,
                VirtioNetHeader.NEEDS_CSUM,
                tcp ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_UDP_L4,
                tcp ? TCP_HEADERS : UDP_HEADERS,
                segmentSize,
                Ipv4Header.BYTES_MIN,
                tcp ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET);
    }
}
