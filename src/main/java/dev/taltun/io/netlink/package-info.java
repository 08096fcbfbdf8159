/**
 * Network interfaces, addresses, routes and policy rules of the kernel, by routing netlink (RFC
 * 3549, rtnetlink(7)).
 *
 * <p>{@link dev.taltun.io.netlink.Netlink} is the interface, {@link
 * dev.taltun.io.netlink.LinuxNetlink} the kernel behind it. Set-up and control code only, nothing
 * of the packet path: it allocates freely. Thread: one at a time per {@code Netlink}. Memory: each
 * {@code Netlink} owns its socket and buffers until it is closed. Messages of the kernel are parsed
 * as if they were hostile: a truncated one is cut short, it never throws.
 *
 * <p>Must not know configuration, peers or packets.
 */
package dev.taltun.io.netlink;
