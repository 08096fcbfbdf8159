package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/** What IPv4 and IPv6 have in common: the version in the first four bits, and protocol numbers. */
public final class IpPacket {
    public static final int VERSION_4 = 4;
    public static final int VERSION_6 = 6;

    /** Internet Control Message Protocol for IPv4 (RFC 792). */
    public static final int PROTOCOL_ICMP = 1;

    public static final int PROTOCOL_TCP = 6;
    public static final int PROTOCOL_UDP = 17;

    /** Internet Control Message Protocol for IPv6 (RFC 4443). */
    public static final int PROTOCOL_ICMPV6 = 58;

    private IpPacket() {}

    /** The first four bits: 4, 6, or what somebody sent. Needs one byte. */
    public static int version(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset)) >>> 4;
    }

    /**
     * Length of the packet by its own header, or -1 if {@code length} bytes hold no whole IPv4 or
     * IPv6 packet. What follows it is padding.
     */
    public static int checkedLength(MemorySegment segment, long offset, long length) {
        if (Ipv4Header.check(segment, offset, length)) {
            return Ipv4Header.totalLength(segment, offset);
        }
        if (Ipv6Header.check(segment, offset, length)) {
            return Ipv6Header.totalLength(segment, offset);
        }
        return -1;
    }
}
