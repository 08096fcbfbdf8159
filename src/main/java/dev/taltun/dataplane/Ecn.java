package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.noise.Session;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import java.lang.foreign.MemorySegment;

/**
 * Explicit congestion notification through the tunnel (RFC 6040): the outer header gets the inner
 * packet's mark, and what the network made of it comes back into the inner packet. The other six
 * bits (DSCP) stay inside: they would tell an observer about the traffic.
 */
final class Ecn {
    /** The sender does not understand ECN. */
    static final int NOT_CAPABLE = 0;

    /** A router on the way was congested. */
    static final int CONGESTED = 3;

    private static final int MASK = 3;

    private Ecn() {}

    /**
     * Whether the outer header may have a mark (normal mode), or none (compatibility mode), because
     * the peer might not look at it: wireguard-go does not, and a router that marks instead of
     * dropping would then not be heard by anybody. Who completes checksums is Taltun, and looks.
     */
    static boolean isSafe(Session session) {
        return session.partialChecksums();
    }

    /** The mark of an IP packet whose first header was checked. */
    static int of(MemorySegment memory, long packet) {
        int tos =
                IpPacket.version(memory, packet) == IpPacket.VERSION_4
                        ? Ipv4Header.tos(memory, packet)
                        : Ipv6Header.trafficClass(memory, packet);
        return tos & MASK;
    }

    /**
     * Puts the mark CONGESTED of the outer header into the inner packet.
     *
     * @return false when the inner packet cannot carry it and has to be dropped, so that its sender
     *     notices
     */
    static boolean markCongested(MemorySegment memory, long packet) {
        int mark = of(memory, packet);
        if (mark == NOT_CAPABLE) {
            return false;
        }
        if (mark == CONGESTED) {
            return true;
        }
        if (IpPacket.version(memory, packet) == IpPacket.VERSION_4) {
            Ipv4Header.tos(memory, packet, Ipv4Header.tos(memory, packet) | CONGESTED);
            int header = Ipv4Header.headerLength(memory, packet);
            Ipv4Header.checksum(memory, packet, 0);
            long sum = Checksum.sum(memory, packet, header, 0);
            memory.set(
                    Layouts.NATIVE_SHORT,
                    packet + Ipv4Header.CHECKSUM_OFFSET,
                    Checksum.finish(sum));
        } else {
            int trafficClass = Ipv6Header.trafficClass(memory, packet);
            Ipv6Header.trafficClass(memory, packet, trafficClass | CONGESTED);
        }
        return true;
    }
}
