package dev.taltun.io.netlink;

import dev.taltun.ffi.linux.Linux;
import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * A route of the kernel. Of a multipath route the first next hop is given.
 *
 * @param destination first address of the prefix, without host bits
 * @param prefixLength bits, 0..32 or 0..128
 * @param linkIndex {@link Link#index} packets leave through; 0 = none (blackhole and its like)
 * @param gateway next hop, of either family; null = the destination is on the link
 * @param source address preferred for packets of this machine; null = the kernel's choice
 * @param table routing table, unsigned; {@link #MAIN_TABLE} is where {@code ip route} looks
 * @param metric the lower wins; 0 = the kernel's default (1024 for IPv6)
 * @param protocol RTPROT_...: who added it; RTPROT_STATIC for ours
 * @param type RTN_UNICAST, RTN_BLACKHOLE, RTN_LOCAL, ...
 */
public record Route(
        InetAddress destination,
        int prefixLength,
        int linkIndex,
        InetAddress gateway,
        InetAddress source,
        int table,
        int metric,
        int protocol,
        int type) {
    /** RT_TABLE_MAIN. */
    public static final int MAIN_TABLE = 254;

    public Route {
        checkPrefix(destination, prefixLength);
    }

    /** A route of the main table to a prefix that lies behind an interface. */
    public static Route through(Link link, InetAddress destination, int prefixLength) {
        return new Route(
                destination,
                prefixLength,
                link.index(),
                null,
                null,
                MAIN_TABLE,
                0,
                Linux.RTPROT_STATIC(),
                Linux.RTN_UNICAST());
    }

    /** The same route by way of a gateway. */
    public Route withGateway(InetAddress nextHop) {
        return new Route(
                destination,
                prefixLength,
                linkIndex,
                nextHop,
                source,
                table,
                metric,
                protocol,
                type);
    }

    /** The same route with a preferred source address. */
    public Route withSource(InetAddress preferred) {
        return new Route(
                destination,
                prefixLength,
                linkIndex,
                gateway,
                preferred,
                table,
                metric,
                protocol,
                type);
    }

    /** The same route in another table. */
    public Route withTable(int number) {
        return new Route(
                destination,
                prefixLength,
                linkIndex,
                gateway,
                source,
                number,
                metric,
                protocol,
                type);
    }

    /** The same route with another metric. */
    public Route withMetric(int priority) {
        return new Route(
                destination,
                prefixLength,
                linkIndex,
                gateway,
                source,
                table,
                priority,
                protocol,
                type);
    }

    /** Whether it is the default route of its family. */
    public boolean isDefault() {
        return prefixLength == 0;
    }

    /** Throws IllegalArgumentException when the length does not fit the address's family. */
    static void checkPrefix(InetAddress address, int prefixLength) {
        int bits = address instanceof Inet4Address ? Netlink.IPV4_BITS : Netlink.IPV6_BITS;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException(
                    "prefix length " + prefixLength + " is not in 0.." + bits);
        }
    }
}
