package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import java.lang.foreign.MemorySegment;

/** How many routers a packet may still pass: time to live, or hop limit. */
final class TimeToLive {
    /** Time to live and protocol share a 16-bit word; this is one in its upper half. */
    private static final int ONE_LESS = 0x100;

    private TimeToLive() {}

    /** Of a packet whose header was checked. */
    static int of(MemorySegment memory, long packet) {
        return IpPacket.version(memory, packet) == IpPacket.VERSION_4
                ? Ipv4Header.ttl(memory, packet)
                : Ipv6Header.hopLimit(memory, packet);
    }

    /**
     * Takes one away. The checksum is changed by the difference only (RFC 1624), so that a header
     * that was damaged stays recognizable.
     *
     * @param packet whose time to live is at least 1
     */
    static void decrement(MemorySegment memory, long packet) {
        if (IpPacket.version(memory, packet) == IpPacket.VERSION_4) {
            int before =
                    Short.toUnsignedInt(
                            memory.get(Layouts.BE_SHORT, packet + Ipv4Header.TTL_OFFSET));
            int after = before - ONE_LESS;
            memory.set(Layouts.BE_SHORT, packet + Ipv4Header.TTL_OFFSET, (short) after);
            int checksum = Ipv4Header.checksum(memory, packet);
            Ipv4Header.checksum(memory, packet, Checksum.replace(checksum, before, after));
        } else {
            Ipv6Header.hopLimit(memory, packet, Ipv6Header.hopLimit(memory, packet) - 1);
        }
    }
}
