package dev.taltun.engine;

import dev.taltun.dataplane.NearNetworks;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.netlink.LinuxNetlink;
import dev.taltun.io.netlink.Netlink;
import dev.taltun.io.netlink.Route;
import dev.taltun.routing.IpAddress;
import dev.taltun.routing.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/**
 * Tells a gateway's packet threads which networks its machine reaches beside the tunnel: every
 * route of the main table through another interface but default routes, and the machine's own
 * addresses. Belongs to one thread.
 */
final class GatewayNetworks {
    /** RT_TABLE_LOCAL. */
    private static final int LOCAL_TABLE = 255;

    private final String tunName;
    private final NearNetworks near;
    private List<IpPrefix> known = List.of();

    GatewayNetworks(String tunName, NearNetworks near) {
        this.tunName = tunName;
        this.near = near;
    }

    /** Looks, and publishes what is different. As long as the kernel does not say, all stays. */
    void refresh() {
        List<IpPrefix> next;
        try (Netlink netlink = LinuxNetlink.open()) {
            int tunnel = netlink.link(tunName).index();
            next =
                    netlink.routes().stream()
                            .filter(route -> isNear(route, tunnel))
                            .map(GatewayNetworks::prefix)
                            .distinct()
                            .toList();
        } catch (IOException e) {
            return;
        }
        if (!next.equals(known)) {
            known = next;
            near.publish(next);
        }
    }

    /** A blackhole is near, too: what is routed there is not for a peer. */
    private static boolean isNear(Route route, int tunnel) {
        InetAddress network = route.destination();
        boolean main = route.table() == Route.MAIN_TABLE && !route.isDefault();
        boolean own = route.table() == LOCAL_TABLE && route.type() == Linux.RTN_LOCAL();
        return (main || own)
                && route.linkIndex() != tunnel
                && !network.isLoopbackAddress()
                && !network.isLinkLocalAddress()
                && !network.isMulticastAddress();
    }

    private static IpPrefix prefix(Route route) {
        return new IpPrefix(IpAddress.of(route.destination()), route.prefixLength());
    }
}
