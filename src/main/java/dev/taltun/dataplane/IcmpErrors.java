package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.protocol.IcmpMessage;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Writes ICMP errors about packets that cannot be passed on, from this node's own address, the one
 * in the sender's network if there is one, to their senders.
 *
 * <pre>
 *   | IP header 20 or 40 | ICMP header 8 | as much of the packet, unchanged, as is allowed |
 *    `------ at most 576 bytes (RFC 1812, section 4.3.2.3), IPv6 1280 (RFC 4443, 2.4(c)) ---'
 * </pre>
 *
 * <p>Belongs to one thread; owns the memory of one message.
 */
final class IcmpErrors {
    private static final int BYTES_MAX_4 = 576;
    private static final int BYTES_MAX_6 = 1280;

    /** Room for padding behind the message. */
    private static final int BEHIND = 16;

    private static final int TTL = 64;
    private static final int NO_OPTIONS = 0x45;
    private static final int VERSION_6_WORD = 6 << 28;

    /** Internetwork control, as RFC 1812 (section 4.3.2.5) wants errors to be marked. */
    private static final int INTERNETWORK_CONTROL = 0xc0;

    private final Forwarding forwarding;
    private final MemorySegment message;

    /**
     * @param arena owner of the memory
     * @param forwarding knows the addresses that errors come from
     */
    IcmpErrors(Arena arena, Forwarding forwarding) {
        this.forwarding = forwarding;
        message = arena.allocate(BYTES_MAX_6 + BEHIND, 64);
    }

    /** The memory the last message stands in, from offset 0. */
    MemorySegment message() {
        return message;
    }

    /**
     * Writes a message.
     *
     * @param packet whose headers were checked, as it came
     * @param mtu of the way on, for {@link IcmpError#TOO_BIG}; else 0
     * @return length of the message; 0 if there may be none, or no address that it could come from
     */
    int write(IcmpError error, MemorySegment memory, long packet, int length, int mtu) {
        boolean ipv4 = IpPacket.version(memory, packet) == IpPacket.VERSION_4;
        boolean possible = ipv4 ? forwarding.hasOwn4() : forwarding.hasOwn6();
        if (!possible || !IcmpRules.permit(memory, packet, length)) {
            return 0;
        }
        return ipv4
                ? write4(error, memory, packet, length, mtu)
                : write6(error, memory, packet, length, mtu);
    }

    private int write4(IcmpError error, MemorySegment memory, long packet, int length, int mtu) {
        int start = Ipv4Header.BYTES_MIN;
        int total = quote(memory, packet, length, start, BYTES_MAX_4);
        IcmpMessage.put(message, start, error.type4, error.code4, mtu);
        checksum(start, total, 0);
        message.set(Layouts.BYTE, Ipv4Header.VERSION_IHL_OFFSET, (byte) NO_OPTIONS);
        Ipv4Header.tos(message, 0, INTERNETWORK_CONTROL);
        Ipv4Header.totalLength(message, 0, total);
        // Never fragmented, being this small, so that it needs no identification (RFC 6864).
        Ipv4Header.id(message, 0, 0);
        message.set(Layouts.BE_SHORT, Ipv4Header.FRAGMENT_OFFSET, (short) Ipv4Header.DONT_FRAGMENT);
        Ipv4Header.ttl(message, 0, TTL);
        message.set(Layouts.BYTE, Ipv4Header.PROTOCOL_OFFSET, (byte) IpPacket.PROTOCOL_ICMP);
        int to = Ipv4Header.source(memory, packet);
        message.set(Layouts.BE_INT, Ipv4Header.SOURCE_OFFSET, forwarding.source4(to));
        message.set(Layouts.BE_INT, Ipv4Header.DESTINATION_OFFSET, to);
        Ipv4Header.checksum(message, 0, 0);
        long sum = Checksum.sum(message, 0, start, 0);
        message.set(Layouts.NATIVE_SHORT, Ipv4Header.CHECKSUM_OFFSET, Checksum.finish(sum));
        return total;
    }

    private int write6(IcmpError error, MemorySegment memory, long packet, int length, int mtu) {
        int start = Ipv6Header.BYTES;
        int total = quote(memory, packet, length, start, BYTES_MAX_6);
        message.set(Layouts.BE_INT, Ipv6Header.VERSION_CLASS_FLOW_OFFSET, VERSION_6_WORD);
        Ipv6Header.payloadLength(message, 0, total - start);
        message.set(Layouts.BYTE, Ipv6Header.NEXT_HEADER_OFFSET, (byte) IpPacket.PROTOCOL_ICMPV6);
        Ipv6Header.hopLimit(message, 0, TTL);
        addresses6(memory, packet);
        IcmpMessage.put(message, start, error.type6, error.code6, mtu);
        // Unlike ICMP's, the checksum covers addresses, length and protocol (RFC 4443, 2.3).
        long pseudo =
                Checksum.nativeOrder(total - start)
                        + Checksum.nativeOrder(IpPacket.PROTOCOL_ICMPV6);
        int addresses = 2 * Ipv6Header.ADDRESS_BYTES;
        checksum(start, total, Checksum.sum(message, Ipv6Header.SOURCE_OFFSET, addresses, pseudo));
        return total;
    }

    private void addresses6(MemorySegment memory, long packet) {
        long high = Ipv6Header.sourceHigh(memory, packet);
        long low = memory.get(Layouts.BE_LONG, packet + Ipv6Header.SOURCE_OFFSET + Long.BYTES);
        int own = forwarding.source6(high, low);
        long source = Ipv6Header.SOURCE_OFFSET;
        long destination = Ipv6Header.DESTINATION_OFFSET;
        message.set(Layouts.BE_LONG, source, forwarding.source6High(own));
        message.set(Layouts.BE_LONG, source + Long.BYTES, forwarding.source6Low(own));
        message.set(Layouts.BE_LONG, destination, high);
        message.set(Layouts.BE_LONG, destination + Long.BYTES, low);
    }

    /** Copies the packet behind both headers; returns the message's length. */
    private int quote(MemorySegment memory, long packet, int length, int start, int most) {
        int at = start + IcmpMessage.BYTES;
        int quoted = Math.min(length, most - at);
        MemorySegment.copy(memory, Layouts.BYTE, packet, message, Layouts.BYTE, at, quoted);
        return at + quoted;
    }

    private void checksum(int start, int end, long initial) {
        long sum = Checksum.sum(message, start, end - start, initial);
        message.set(
                Layouts.NATIVE_SHORT, start + IcmpMessage.CHECKSUM_OFFSET, Checksum.finish(sum));
    }
}
