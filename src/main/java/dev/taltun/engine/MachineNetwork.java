package dev.taltun.engine;

import dev.taltun.config.InterfaceConfig;
import dev.taltun.control.LocalNetwork;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.Poller;
import dev.taltun.io.netlink.Link;
import dev.taltun.io.netlink.LinkAddress;
import dev.taltun.io.netlink.LinuxNetlink;
import dev.taltun.io.netlink.LinuxNetworkMonitor;
import dev.taltun.io.netlink.Netlink;
import dev.taltun.io.netlink.NetlinkException;
import dev.taltun.io.netlink.NetworkListener;
import dev.taltun.io.netlink.NetworkMonitor;
import dev.taltun.io.netlink.Route;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.LinuxUdpSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine's own network, as far as {@link OutsideLinks} goes: where other nodes may reach this
 * one, and when that has become another.
 *
 * <pre>
 *   kernel --netlink--&gt; monitor: link up or down, address, route ---.
 *                                                                     v
 *   control agent --changed--&gt; of an interface with an address? --&gt; all addresses once more
 * </pre>
 *
 * <p>Opened by the composing thread, then the control agent's; closed after its end.
 */
final class MachineNetwork implements LocalNetwork, NetworkListener, AutoCloseable {
    /** What of a link tells whether packets pass. */
    private static final int LINK_STATE = Linux.IFF_UP() | Linux.IFF_RUNNING();

    /** An agent that never sleeps looks so often. */
    private static final long LOOK_NANOS = 100_000_000;

    private final InterfaceConfig iface;
    private final LinuxUdpSocket socket;
    private final Netlink netlink;
    private final NetworkMonitor monitor;
    private Poller poller;

    /** State of the links that have an address of ours, by their numbers. */
    private Map<Integer, Integer> links = Map.of();

    private List<Endpoint> places = List.of();
    private long lookedAt;
    private boolean changed;
    private boolean stale;

    /**
     * @throws NetlinkException with one line for the user, when the kernel refuses to tell
     */
    @SuppressWarnings("MustBeClosedChecker") // closed with this
    MachineNetwork(InterfaceConfig iface, LinuxUdpSocket socket) throws NetlinkException {
        this.iface = iface;
        this.socket = socket;
        monitor = LinuxNetworkMonitor.open();
        netlink = LinuxNetlink.open();
        // After the monitor: what changes from now on is told.
        refresh();
    }

    /** Readable when something changed. */
    int fd() {
        return monitor.fd();
    }

    /** The poller in which the control agent sleeps; it waits for {@link #fd}, too. */
    void use(Poller sleepsIn) {
        poller = sleepsIn;
    }

    @Override
    public List<Endpoint> places() {
        return places;
    }

    @Override
    public boolean changed(long now) {
        if (!poller.takeReadable() && now - lookedAt < LOOK_NANOS) {
            return false;
        }
        lookedAt = now;
        changed = false;
        if (monitor.take(this) && stale) {
            stale = false;
            changed |= refresh();
        }
        return changed;
    }

    // What the kernel tells.

    @Override
    public void onLink(Link link, boolean gone) {
        Integer before = links.get(link.index());
        if (before != null && (gone || before != (link.flags() & LINK_STATE))) {
            changed = true;
            stale = true;
        }
    }

    @Override
    public void onAddress(LinkAddress address, boolean gone) {
        stale = true;
    }

    @Override
    public void onRoute(Route route, boolean gone) {
        // Of several next hops, and none of its own, it may be any interface's.
        boolean outside = links.containsKey(route.linkIndex()) || route.linkIndex() == 0;
        changed |= outside && route.type() == Linux.RTN_UNICAST();
    }

    @Override
    public void onLost() {
        changed = true;
        stale = true;
    }

    /** Reads all addresses; true if something is different. */
    private boolean refresh() {
        List<Endpoint> nextPlaces = new ArrayList<>();
        for (dev.taltun.config.Endpoint given : iface.advertise()) {
            given.address().ifPresent(ip -> add(nextPlaces, ip.toInetAddress(), given.port()));
        }
        Map<Integer, Integer> nextLinks = new HashMap<>();
        try {
            Map<Integer, Link> outside = new HashMap<>();
            netlink.links().stream()
                    .filter(link -> OutsideLinks.isOne(link, iface.tunName()))
                    .forEach(link -> outside.put(link.index(), link));
            for (LinkAddress address : netlink.addresses()) {
                Link link = outside.get(address.linkIndex());
                if (link != null
                        && address.isUsable()
                        && address.scope() == Linux.RT_SCOPE_UNIVERSE()) {
                    nextLinks.put(link.index(), link.flags() & LINK_STATE);
                    if (link.isUp() && !OutsideLinks.isTunnel(link)) {
                        add(nextPlaces, address.address(), socket.port());
                    }
                }
            }
        } catch (NetlinkException e) {
            // As long as the machine does not say, what it said before is the best we have.
            return false;
        }
        boolean different = !nextPlaces.equals(places);
        places = List.copyOf(nextPlaces);
        links = nextLinks;
        return different;
    }

    private void add(List<Endpoint> to, InetAddress ip, int port) {
        boolean usable = ip instanceof Inet4Address || socket.ipv6();
        if (usable && !ip.isLinkLocalAddress() && !isOwn(ip)) {
            to.add(Endpoint.of(new InetSocketAddress(ip, port)));
        }
    }

    /** Inside the tunnel, whatever interface it is on. */
    private boolean isOwn(InetAddress ip) {
        return iface.vips().stream().anyMatch(vip -> vip.address().toInetAddress().equals(ip));
    }

    @Override
    public void close() {
        monitor.close();
        netlink.close();
    }
}
