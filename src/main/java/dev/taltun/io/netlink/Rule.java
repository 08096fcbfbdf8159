package dev.taltun.io.netlink;

/**
 * A policy rule of the kernel (ip-rule(8)): which packets look into which routing table.
 *
 * @param ipv6 which family it is for
 * @param priority unsigned; the lower is asked first
 * @param mark firewall mark the packet must have, unsigned; 0 = any
 * @param inverted whether it is for the packets that do not match instead
 * @param table routing table, unsigned
 * @param suppressPrefixLength routes of the table whose prefix has this many bits or fewer are
 *     passed over, 0 = default routes; {@link #NONE} = no route is
 * @param protocol who added it, RTPROT_..., 0..255
 */
public record Rule(
        boolean ipv6,
        int priority,
        int mark,
        boolean inverted,
        int table,
        int suppressPrefixLength,
        int protocol) {
    /** No prefix length: nothing is suppressed. */
    public static final int NONE = -1;
}
