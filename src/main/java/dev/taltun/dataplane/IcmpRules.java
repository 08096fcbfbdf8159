package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.protocol.IcmpMessage;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import java.lang.foreign.MemorySegment;

/**
 * About which packets no ICMP error may be sent (RFC 1812, section 4.3.2.7; RFC 4443, section
 * 2.4(e)): ICMP errors, fragments but the first, packets to groups, packets whose source is not one
 * host. Where a packet does not tell what it carries, nothing is sent either.
 */
final class IcmpRules {
    /** Highest ICMP type that these rules know to be a question or an answer. */
    private static final int ECHO_REPLY = 0;

    private static final int ECHO = 8;
    private static final int TIMESTAMP = 13;
    private static final int ADDRESS_MASK_REPLY = 18;

    // Extension headers of IPv6 (RFC 8200, section 4) that may stand before ICMPv6.
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;

    private static final int EXTENSION_UNIT = 8;
    private static final int AUTHENTICATION_UNIT = 4;
    private static final int FRAGMENT_PLACE_MASK = 0xfff8;

    private IcmpRules() {}

    /** Whether an error may be sent about a packet whose headers were checked. */
    static boolean permit(MemorySegment memory, long packet, int length) {
        return IpPacket.version(memory, packet) == IpPacket.VERSION_4
                ? permit4(memory, packet, length)
                : permit6(memory, packet, length);
    }

    private static boolean permit4(MemorySegment memory, long packet, int length) {
        int source = Ipv4Header.source(memory, packet);
        int destination = Ipv4Header.destination(memory, packet);
        int place = Ipv4Header.fragmentField(memory, packet) & Ipv4Header.FRAGMENT_PLACE_MASK;
        if (place != 0
                || AddressScope.isGroup4(source)
                || AddressScope.staysHere4(source)
                || AddressScope.isGroup4(destination)
                || destination == -1) {
            return false;
        }
        if (Ipv4Header.protocol(memory, packet) != IpPacket.PROTOCOL_ICMP) {
            return true;
        }
        int header = Ipv4Header.headerLength(memory, packet);
        if (header >= length) {
            return false;
        }
        int type = IcmpMessage.type(memory, packet + header);
        return type == ECHO_REPLY
                || type == ECHO
                || (type >= TIMESTAMP && type <= ADDRESS_MASK_REPLY);
    }

    private static boolean permit6(MemorySegment memory, long packet, int length) {
        long sourceHigh = Ipv6Header.sourceHigh(memory, packet);
        long sourceLow = Ipv6Header.sourceLow(memory, packet);
        if (AddressScope.isGroup6(sourceHigh)
                || AddressScope.staysHere6(sourceHigh, sourceLow)
                || AddressScope.isGroup6(Ipv6Header.destinationHigh(memory, packet))) {
            return false;
        }
        int next = Ipv6Header.nextHeader(memory, packet);
        int at = Ipv6Header.BYTES;
        while (isExtension(next)) {
            // The smallest has eight bytes, and says in its second how many more there are.
            if (at + EXTENSION_UNIT > length) {
                return false;
            }
            long header = packet + at;
            int size = Byte.toUnsignedInt(memory.get(Layouts.BYTE, header + 1));
            if (next == FRAGMENT) {
                if ((memory.get(Layouts.BE_SHORT, header + 2) & FRAGMENT_PLACE_MASK) != 0) {
                    return false;
                }
                at += EXTENSION_UNIT;
            } else if (next == AUTHENTICATION) {
                at += (size + 2) * AUTHENTICATION_UNIT;
            } else {
                at += (size + 1) * EXTENSION_UNIT;
            }
            next = Byte.toUnsignedInt(memory.get(Layouts.BYTE, header));
        }
        if (next != IpPacket.PROTOCOL_ICMPV6) {
            return true;
        }
        if (at >= length) {
            return false;
        }
        int type = IcmpMessage.type(memory, packet + at);
        return type >= IcmpMessage.V6_FIRST_INFORMATIONAL && type != IcmpMessage.V6_REDIRECT;
    }

    private static boolean isExtension(int next) {
        return next == HOP_BY_HOP
                || next == ROUTING
                || next == FRAGMENT
                || next == AUTHENTICATION
                || next == DESTINATION_OPTIONS;
    }
}
