package dev.taltun.io.netlink;

import java.net.InetAddress;
import java.util.List;

/**
 * Reads and changes interfaces, addresses, routes and policy rules of one network namespace: the
 * one of the thread that opened it.
 *
 * <p>Used by one thread at a time. Every method waits for the kernel's answer, which comes within
 * microseconds to milliseconds. Every failure is a {@link NetlinkException} whose message is one
 * line for the user.
 */
public interface Netlink extends AutoCloseable {
    /** Largest prefix length of an IPv4 and of an IPv6 address, in bits. */
    int IPV4_BITS = 32;

    int IPV6_BITS = 128;

    /** The interface of that name (1 to 15 bytes); ENODEV when there is none. */
    Link link(String name) throws NetlinkException;

    /** Every interface. */
    List<Link> links() throws NetlinkException;

    /** Sets the largest packet, in bytes; IPv6 needs 1280 or more, IPv4 68. */
    void setMtu(Link link, int mtu) throws NetlinkException;

    /** Sets how many packets the kernel queues before the device, 0 or more. */
    void setTxQueueLength(Link link, int packets) throws NetlinkException;

    /** Sets how many segments a super-packet that leaves through the interface has at most. */
    void setMaxSegments(Link link, int segments) throws NetlinkException;

    /** Brings the interface up; routes through it can be added from then on. */
    void setUp(Link link) throws NetlinkException;

    /** Takes the interface down; the kernel drops its routes and its IPv6 addresses. */
    void setDown(Link link) throws NetlinkException;

    /**
     * Keeps the kernel from giving the interface an fe80:: address when it comes up (and from
     * soliciting routers through the tunnel): call it before {@link #setUp}. EAFNOSUPPORT when the
     * kernel has no IPv6.
     */
    void disableLinkLocal(Link link) throws NetlinkException;

    /** Removes the interface. */
    void deleteLink(Link link) throws NetlinkException;

    /**
     * Gives the interface an address. The kernel adds a route to the prefix by itself once the
     * interface is up. IPv6 addresses skip duplicate address detection, so they are usable at once.
     * EEXIST when the interface has it already.
     */
    void addAddress(Link link, InetAddress address, int prefixLength) throws NetlinkException;

    /** Takes an address away; EADDRNOTAVAIL when the interface does not have it. */
    void deleteAddress(Link link, InetAddress address, int prefixLength) throws NetlinkException;

    /** Every address of every interface, IPv4 first. */
    List<LinkAddress> addresses() throws NetlinkException;

    /**
     * Adds a route; EEXIST when table, prefix and metric are taken, by whichever interface (also by
     * the route that the kernel added for an address).
     */
    void addRoute(Route route) throws NetlinkException;

    /** Adds a route, in the place of the one with the same table, prefix and metric if any. */
    void replaceRoute(Route route) throws NetlinkException;

    /**
     * Deletes the route with this table, prefix, interface, gateway, metric (0 = any) and source
     * (null = any); ESRCH when there is none.
     */
    void deleteRoute(Route route) throws NetlinkException;

    /** Every route of every table, IPv4 first. */
    List<Route> routes() throws NetlinkException;

    /** Adds a policy rule; EEXIST when there is the same one. */
    void addRule(Rule rule) throws NetlinkException;

    /** Deletes the policy rule that is the same in everything; ENOENT when there is none. */
    void deleteRule(Rule rule) throws NetlinkException;

    /** Every policy rule that leads to a table, of both families. */
    List<Rule> rules() throws NetlinkException;

    /** Closes the socket and frees its memory; what was set stays set. */
    @Override
    void close();
}
