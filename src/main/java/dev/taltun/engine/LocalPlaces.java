package dev.taltun.engine;

import dev.taltun.config.InterfaceConfig;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.LinuxUdpSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where other nodes may reach this one by its own reckoning: what the user advertises, then the
 * addresses of the machine's interfaces, without those of bridges that lead to containers only.
 * Looked up again now and then by one thread, read by any.
 */
final class LocalPlaces {
    private static final Set<String> HIDDEN =
            Set.of("docker", "br-", "virbr", "lxcbr", "cni", "flannel", "cali", "podman");

    private final InterfaceConfig iface;
    private final LinuxUdpSocket socket;
    private volatile List<Endpoint> places = List.of();

    LocalPlaces(InterfaceConfig iface, LinuxUdpSocket socket) {
        this.iface = iface;
        this.socket = socket;
        refresh();
    }

    /** As of the last look, best first. */
    List<Endpoint> get() {
        return places;
    }

    /** Looks again; true if something is different. */
    boolean refresh() {
        List<Endpoint> next = new ArrayList<>();
        for (dev.taltun.config.Endpoint given : iface.advertise()) {
            given.address().ifPresent(ip -> add(next, ip.toInetAddress(), given.port()));
        }
        try {
            for (NetworkInterface card :
                    Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (isOutside(card)) {
                    card.inetAddresses().forEach(ip -> add(next, ip, socket.port()));
                }
            }
        } catch (SocketException e) {
            // As long as the machine does not say, what it said before is the best we have.
            return false;
        }
        boolean different = !next.equals(places);
        places = List.copyOf(next);
        return different;
    }

    private boolean isOutside(NetworkInterface card) throws SocketException {
        String name = card.getName();
        return card.isUp()
                && !card.isLoopback()
                && !name.equals(iface.tunName())
                && HIDDEN.stream().noneMatch(name::startsWith);
    }

    private void add(List<Endpoint> to, InetAddress ip, int port) {
        boolean usable = ip instanceof Inet4Address || socket.ipv6();
        if (usable && !ip.isLinkLocalAddress() && !isOwn(ip)) {
            to.add(Endpoint.of(new InetSocketAddress(ip, port)));
        }
    }

    /** Inside the tunnel, whatever interface it is on. */
    private boolean isOwn(InetAddress ip) {
        return Stream.of(iface.vips())
                .flatMap(List::stream)
                .anyMatch(vip -> vip.address().toInetAddress().equals(ip));
    }
}
