package dev.taltun.engine;

import dev.taltun.config.InterfaceConfig;
import dev.taltun.ffi.Errno;
import dev.taltun.host.HostSetup;
import dev.taltun.io.netlink.Link;
import dev.taltun.io.netlink.LinuxNetlink;
import dev.taltun.io.netlink.Netlink;
import dev.taltun.io.netlink.NetlinkException;
import dev.taltun.io.netlink.Route;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.protocol.TransportData;
import dev.taltun.routing.IpPrefix;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Gives the TUN interface its MTU, addresses and routes, but for default routes, which are {@link
 * HostSetup}'s. Nothing has to be undone: all of it goes when the device is closed, whatever way
 * the process ends.
 */
final class InterfaceSetup {
    /** A super-packet is 45 segments; a queue of 500, the default for TUN, overflows at once. */
    private static final int TX_QUEUE_PACKETS = 1000;

    private InterfaceSetup() {}

    /**
     * @param up whether to bring it up, with the addresses and routes
     * @throws IOException with one line for the user
     */
    static void apply(InterfaceConfig config, boolean up) throws IOException {
        try (Netlink netlink = LinuxNetlink.open()) {
            Link link = netlink.link(config.tunName());
            withoutLinkLocal(netlink, link);
            netlink.setMtu(link, config.mtu());
            netlink.setTxQueueLength(link, TX_QUEUE_PACKETS);
            limitSegments(netlink, link, config);
            if (!up) {
                return;
            }
            for (IpPrefix vip : config.vips()) {
                netlink.addAddress(link, vip.address().toInetAddress(), vip.length());
            }
            netlink.setUp(link);
            for (IpPrefix route : config.routes()) {
                if (!HostSetup.isOwnRoute(route)) {
                    addRoute(netlink, link, route);
                }
            }
        }
    }

    /**
     * Takes routes away and adds others. One that is refused does not keep the rest from changing.
     *
     * @param refused told, in one line for the user, of each that was refused
     * @throws IOException with one line for the user, when nothing could be changed
     */
    static void changeRoutes(
            String tunName,
            Collection<IpPrefix> removed,
            Collection<IpPrefix> added,
            Consumer<String> refused)
            throws IOException {
        try (Netlink netlink = LinuxNetlink.open()) {
            Link link = netlink.link(tunName);
            Stream.concat(removed.stream(), added.stream())
                    .filter(HostSetup::isOwnRoute)
                    .forEach(route -> refused.accept(route + " changes at the next start only"));
            for (IpPrefix prefix : withoutDefault(removed)) {
                try {
                    netlink.deleteRoute(
                            Route.through(link, prefix.address().toInetAddress(), prefix.length()));
                } catch (NetlinkException e) {
                    if (e.errno() != Errno.ESRCH) {
                        refused.accept(e.getMessage());
                    }
                }
            }
            for (IpPrefix prefix : withoutDefault(added)) {
                try {
                    addRoute(netlink, link, prefix);
                } catch (NetlinkException e) {
                    refused.accept(e.getMessage());
                }
            }
        }
    }

    private static List<IpPrefix> withoutDefault(Collection<IpPrefix> routes) {
        return routes.stream().filter(route -> !HostSetup.isOwnRoute(route)).toList();
    }

    /**
     * Never replaces a route of somebody else's: that one would be gone after the end, and with it
     * perhaps the way to this machine.
     */
    private static void addRoute(Netlink netlink, Link link, IpPrefix prefix) throws IOException {
        Route wanted = Route.through(link, prefix.address().toInetAddress(), prefix.length());
        try {
            netlink.addRoute(wanted);
        } catch (NetlinkException e) {
            // The kernel itself routes the networks of the interface's addresses.
            if (e.errno() != Errno.EEXIST || !isThere(netlink, wanted)) {
                throw e;
            }
        }
    }

    private static boolean isThere(Netlink netlink, Route wanted) throws NetlinkException {
        return netlink.routes().stream()
                .anyMatch(
                        route ->
                                route.linkIndex() == wanted.linkIndex()
                                        && route.table() == wanted.table()
                                        && route.prefixLength() == wanted.prefixLength()
                                        && route.destination().equals(wanted.destination()));
    }

    /**
     * Makes a full super-packet just fit into one UDP message; else each would leave as a long
     * message and a very short one, which costs as much as the long one.
     */
    private static void limitSegments(Netlink netlink, Link link, InterfaceConfig config) {
        int datagram = config.mtu() + TransportData.OVERHEAD_BYTES;
        int segments = TxBatch.MAX_RUN_BYTES / datagram;
        if (!config.offloads().udpGso() || segments < 2) {
            return;
        }
        try {
            netlink.setMaxSegments(link, segments);
        } catch (NetlinkException e) {
            // Kernels before 4.16 cannot; it is a matter of speed only.
            return;
        }
    }

    private static void withoutLinkLocal(Netlink netlink, Link link) throws IOException {
        try {
            netlink.disableLinkLocal(link);
        } catch (NetlinkException e) {
            // A kernel without IPv6 gives no link-local address either.
            if (e.errno() != Errno.EAFNOSUPPORT && e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
        }
    }
}
