package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import dev.taltun.protocol.TcpHeader;
import dev.taltun.protocol.UdpHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The IP and transport headers that a packet must have to continue a flow: those of the first
 * packet, but for the fields that differ from packet to packet. Eight bytes are compared at a time.
 *
 * <pre>
 *   IPv4:  all but total length, identification and header checksum
 *   IPv6:  all but payload length
 *   TCP:   all but sequence number, PSH and checksum
 *   UDP:   all but length and checksum
 * </pre>
 *
 * <p>Belongs to one thread.
 */
final class FlowHeaders {
    /** Headers without IP options and extension headers: 40 + 60 bytes at most. */
    private static final int MAX_BYTES = Ipv6Header.BYTES + 60;

    private static final int MAX_WORDS = (MAX_BYTES + Long.BYTES - 1) / Long.BYTES;

    private static final long[] IPV4_TCP = mask(true, true);
    private static final long[] IPV4_UDP = mask(true, false);
    private static final long[] IPV6_TCP = mask(false, true);
    private static final long[] IPV6_UDP = mask(false, false);

    private final long[] words = new long[MAX_WORDS];
    private long[] mask = IPV4_TCP;

    /** Words that are headers from end to end, and the mask of the one that is so in part. */
    private int whole;

    private long rest;

    private static long[] mask(boolean ipv4, boolean tcp) {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_WORDS * Long.BYTES);
        bytes.order(ByteOrder.nativeOrder());
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, (byte) 0xff);
        }
        int transport = ipv4 ? Ipv4Header.BYTES_MIN : Ipv6Header.BYTES;
        if (ipv4) {
            bytes.putShort(Ipv4Header.TOTAL_LENGTH_OFFSET, (short) 0);
            bytes.putShort(Ipv4Header.ID_OFFSET, (short) 0);
            bytes.putShort(Ipv4Header.CHECKSUM_OFFSET, (short) 0);
        } else {
            bytes.putShort(Ipv6Header.PAYLOAD_LENGTH_OFFSET, (short) 0);
        }
        if (tcp) {
            bytes.putInt(transport + TcpHeader.SEQUENCE_OFFSET, 0);
            bytes.put(transport + TcpHeader.FLAGS_OFFSET, (byte) ~TcpHeader.PSH);
            bytes.putShort(transport + TcpHeader.CHECKSUM_OFFSET, (short) 0);
        } else {
            bytes.putInt(transport + UdpHeader.LENGTH_OFFSET, 0);
        }
        long[] mask = new long[MAX_WORDS];
        bytes.asLongBuffer().get(mask);
        return mask;
    }

    /**
     * Takes the headers of a flow's first packet.
     *
     * @param headerBytes of IP and transport header together, without IP options or extensions;
     *     eight readable bytes must follow them
     */
    void set(MemorySegment memory, long packet, int headerBytes, boolean ipv4, boolean tcp) {
        mask = ipv4 ? (tcp ? IPV4_TCP : IPV4_UDP) : (tcp ? IPV6_TCP : IPV6_UDP);
        whole = headerBytes / Long.BYTES;
        int left = headerBytes % Long.BYTES;
        rest = left == 0 ? 0 : firstBytes(left) & mask[whole];
        for (int i = 0; i <= whole; i++) {
            words[i] = memory.get(Layouts.NATIVE_LONG, packet + (long) i * Long.BYTES);
        }
    }

    /** A mask of the first bytes of a word, as they lie in memory. */
    private static long firstBytes(int count) {
        int bits = count * Byte.SIZE;
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                ? (1L << bits) - 1
                : -1L << (Long.SIZE - bits);
    }

    /** Whether a packet has other headers; eight readable bytes must follow as many bytes. */
    boolean differ(MemorySegment memory, long packet) {
        long difference = 0;
        for (int i = 0; i < whole; i++) {
            long word = memory.get(Layouts.NATIVE_LONG, packet + (long) i * Long.BYTES);
            difference |= (word ^ words[i]) & mask[i];
        }
        long word = memory.get(Layouts.NATIVE_LONG, packet + (long) whole * Long.BYTES);
        return (difference | ((word ^ words[whole]) & rest)) != 0;
    }
}
