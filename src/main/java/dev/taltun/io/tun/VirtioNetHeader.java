package dev.taltun.io.tun;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * What stands before every packet on a TUN device with {@code IFF_VNET_HDR} (linux/virtio_net.h,
 * struct virtio_net_hdr), in the machine's byte order.
 *
 * <pre>
 *  offset 0       1          2         4          6            8            10
 *         +-------+----------+---------+----------+------------+------------+
 *         | flags | gso_type | hdr_len | gso_size | csum_start | csum_offset|
 *         +-------+----------+---------+----------+------------+------------+
 * </pre>
 */
public final class VirtioNetHeader {
    public static final int FLAGS_OFFSET = 0;
    public static final int GSO_TYPE_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int HDR_LEN_OFFSET = GSO_TYPE_OFFSET + Byte.BYTES;
    public static final int GSO_SIZE_OFFSET = HDR_LEN_OFFSET + Short.BYTES;
    public static final int CSUM_START_OFFSET = GSO_SIZE_OFFSET + Short.BYTES;
    public static final int CSUM_OFFSET_OFFSET = CSUM_START_OFFSET + Short.BYTES;
    public static final int BYTES = CSUM_OFFSET_OFFSET + Short.BYTES;

    /** The checksum field holds the pseudo-header's sum; the rest is still to be added. */
    public static final int NEEDS_CSUM = 1;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_TCPV6 = 4;
    public static final int GSO_UDP_L4 = 5;

    /** Added to the type when the first segment has CWR set (RFC 3168). */
    public static final int GSO_ECN = 0x80;

    private VirtioNetHeader() {}

    public static int flags(MemorySegment buffer, long offset) {
        return buffer.get(Layouts.BYTE, offset + FLAGS_OFFSET) & 0xff;
    }

    public static int gsoType(MemorySegment buffer, long offset) {
        return buffer.get(Layouts.BYTE, offset + GSO_TYPE_OFFSET) & 0xff;
    }

    public static int headerLength(MemorySegment buffer, long offset) {
        return buffer.get(Layouts.NATIVE_SHORT, offset + HDR_LEN_OFFSET) & 0xffff;
    }

    public static int gsoSize(MemorySegment buffer, long offset) {
        return buffer.get(Layouts.NATIVE_SHORT, offset + GSO_SIZE_OFFSET) & 0xffff;
    }

    public static int csumStart(MemorySegment buffer, long offset) {
        return buffer.get(Layouts.NATIVE_SHORT, offset + CSUM_START_OFFSET) & 0xffff;
    }

    public static int csumOffset(MemorySegment buffer, long offset) {
        return buffer.get(Layouts.NATIVE_SHORT, offset + CSUM_OFFSET_OFFSET) & 0xffff;
    }

    /** Writes the header of a packet that is no super-packet and needs no checksum. */
    public static void setPlain(MemorySegment buffer, long offset) {
        set(buffer, offset, 0, GSO_NONE, 0, 0, 0, 0);
    }

    /** Writes the whole header. */
    public static void set(
            MemorySegment buffer,
            long offset,
            int flags,
            int gsoType,
            int headerLength,
            int gsoSize,
            int csumStart,
            int csumOffset) {
        buffer.set(Layouts.BYTE, offset + FLAGS_OFFSET, (byte) flags);
        buffer.set(Layouts.BYTE, offset + GSO_TYPE_OFFSET, (byte) gsoType);
        buffer.set(Layouts.NATIVE_SHORT, offset + HDR_LEN_OFFSET, (short) headerLength);
        buffer.set(Layouts.NATIVE_SHORT, offset + GSO_SIZE_OFFSET, (short) gsoSize);
        buffer.set(Layouts.NATIVE_SHORT, offset + CSUM_START_OFFSET, (short) csumStart);
        buffer.set(Layouts.NATIVE_SHORT, offset + CSUM_OFFSET_OFFSET, (short) csumOffset);
    }
}
