package dev.taltun.io.udp;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Ancillary data of one message: packet information (local address), UDP segment size, congestion
 * mark, hop limit.
 *
 * <pre>
 *  cmsghdr  | length u64, header included | level i32 | type i32 | data, padded to 8 bytes |
 *  in_pktinfo   | ifindex i32 | spec_dst u32 BE | addr u32 BE |
 *  in6_pktinfo  | addr 16 bytes | ifindex i32 |
 * </pre>
 */
final class ControlMessages {
    static final int HEADER = 16;

    private static final int LEVEL = 8;
    private static final int TYPE = 12;
    private static final int PKTINFO4_BYTES = 12;
    private static final int PKTINFO4_SPEC_DST = 4;
    private static final int PKTINFO4_ADDRESS = 8;
    private static final int PKTINFO6_BYTES = 20;
    private static final int PKTINFO6_IFINDEX = 16;
    private static final int SOL_IP = Linux.SOL_IP();
    private static final int SOL_IPV6 = Linux.SOL_IPV6();
    private static final int SOL_UDP = Linux.SOL_UDP();
    private static final int IP_PKTINFO = Linux.IP_PKTINFO();
    private static final int IPV6_PKTINFO = Linux.IPV6_PKTINFO();
    private static final int UDP_SEGMENT = Linux.UDP_SEGMENT();
    private static final int UDP_GRO = Linux.UDP_GRO();
    private static final int IP_TOS = Linux.IP_TOS();
    private static final int IPV6_TCLASS = Linux.IPV6_TCLASS();
    private static final int IP_TTL = Linux.IP_TTL();
    private static final int IPV6_HOPLIMIT = Linux.IPV6_HOPLIMIT();
    private static final int ECN_MASK = 3;

    private ControlMessages() {}

    static int align(int length) {
        return length + 7 & ~7;
    }

    /** Writes the local address to send from; returns the offset behind it. */
    static int writeSource(MemorySegment m, long at, int used, Endpoint from, boolean ipv6) {
        long p = at + used;
        if (ipv6) {
            writeHeader(m, p, HEADER + PKTINFO6_BYTES, SOL_IPV6, IPV6_PKTINFO);
            m.set(Layouts.BE_LONG, p + HEADER, from.localHigh());
            m.set(Layouts.BE_LONG, p + HEADER + 8, from.localLow());
            m.set(Layouts.NATIVE_INT, p + HEADER + PKTINFO6_IFINDEX, from.scope());
            return used + align(HEADER + PKTINFO6_BYTES);
        }
        writeHeader(m, p, HEADER + PKTINFO4_BYTES, SOL_IP, IP_PKTINFO);
        m.set(Layouts.NATIVE_INT, p + HEADER, 0);
        m.set(Layouts.BE_INT, p + HEADER + PKTINFO4_SPEC_DST, (int) from.localLow());
        m.set(Layouts.NATIVE_INT, p + HEADER + PKTINFO4_ADDRESS, 0);
        return used + align(HEADER + PKTINFO4_BYTES);
    }

    /** Writes the size at which the kernel is to cut the message; returns the offset behind. */
    static int writeSegmentSize(MemorySegment m, long at, int used, int size) {
        long p = at + used;
        writeHeader(m, p, HEADER + Short.BYTES, SOL_UDP, UDP_SEGMENT);
        m.set(Layouts.NATIVE_SHORT, p + HEADER, (short) size);
        return used + align(HEADER + Short.BYTES);
    }

    /** Writes the congestion mark to send with; returns the offset behind. */
    static int writeTos(MemorySegment m, long at, int used, int mark, boolean ipv4) {
        long p = at + used;
        int level = ipv4 ? SOL_IP : SOL_IPV6;
        writeHeader(m, p, HEADER + Integer.BYTES, level, ipv4 ? IP_TOS : IPV6_TCLASS);
        m.set(Layouts.NATIVE_INT, p + HEADER, mark);
        return used + align(HEADER + Integer.BYTES);
    }

    /** Writes after how many hops routers drop the message; returns the offset behind. */
    static int writeHops(MemorySegment m, long at, int used, int hops, boolean ipv4) {
        long p = at + used;
        int level = ipv4 ? SOL_IP : SOL_IPV6;
        writeHeader(m, p, HEADER + Integer.BYTES, level, ipv4 ? IP_TTL : IPV6_HOPLIMIT);
        m.set(Layouts.NATIVE_INT, p + HEADER, hops);
        return used + align(HEADER + Integer.BYTES);
    }

    private static void writeHeader(MemorySegment m, long p, int length, int level, int type) {
        m.set(Layouts.NATIVE_LONG, p, length);
        m.set(Layouts.NATIVE_INT, p + LEVEL, level);
        m.set(Layouts.NATIVE_INT, p + TYPE, type);
    }

    /** Reads what came with message i into the batch's row i; returns the segment size or 0. */
    static int read(MemorySegment m, long at, int length, RxBatch batch, int i) {
        int segment = 0;
        batch.localHigh[i] = 0;
        batch.localLow[i] = 0;
        batch.ecn[i] = 0;
        int p = 0;
        while (p + HEADER <= length) {
            long c = at + p;
            int size = (int) m.get(Layouts.NATIVE_LONG, c);
            if (size < HEADER || size > length - p) {
                break;
            }
            int level = m.get(Layouts.NATIVE_INT, c + LEVEL);
            int type = m.get(Layouts.NATIVE_INT, c + TYPE);
            if (level == SOL_UDP && type == UDP_GRO) {
                segment = m.get(Layouts.NATIVE_INT, c + HEADER);
            } else if (level == SOL_IP && type == IP_PKTINFO) {
                int address = m.get(Layouts.BE_INT, c + HEADER + PKTINFO4_SPEC_DST);
                batch.localLow[i] = Endpoint.mapped(address);
            } else if (level == SOL_IPV6 && type == IPV6_PKTINFO) {
                batch.localHigh[i] = m.get(Layouts.BE_LONG, c + HEADER);
                batch.localLow[i] = m.get(Layouts.BE_LONG, c + HEADER + 8);
            } else if (level == SOL_IP && type == IP_TOS) {
                // One byte for IPv4, an int for IPv6.
                batch.ecn[i] = m.get(Layouts.BYTE, c + HEADER) & ECN_MASK;
            } else if (level == SOL_IPV6 && type == IPV6_TCLASS) {
                batch.ecn[i] = m.get(Layouts.NATIVE_INT, c + HEADER) & ECN_MASK;
            }
            p += align(size);
        }
        return segment;
    }
}
