package dev.taltun.engine;

import dev.taltun.io.netlink.Link;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which interfaces of this machine lead to where other nodes may be: not our own, nor those to
 * containers and virtual machines inside it. Our datagrams may go through a tunnel of another VPN,
 * but its addresses are only good inside that. Stateless.
 */
final class OutsideLinks {
    /**
     * Beginnings of names. A bridge called {@code br-lan} or {@code br0} is that of a router, and
     * leads to its homes; what docker makes is {@code br-} and twelve hexadecimal digits.
     */
    private static final List<String> HIDDEN =
            List.of(
                    "docker", "virbr", "lxcbr", "lxdbr", "incusbr", "cni", "flannel", "cali",
                    "podman");

    private static final List<String> TUNNEL_NAMES =
            List.of("wg", "tailscale", "nebula", "taltun", "zt", "tun");

    private static final Pattern DOCKER_NETWORK = Pattern.compile("br-[0-9a-f]{12}");

    /** What the kernel calls tunnels that may have any name. */
    private static final Set<String> TUNNEL_KINDS = Set.of("wireguard", "tun");

    private OutsideLinks() {}

    /**
     * Whether a link leads outside.
     *
     * @param tunName of our own tunnel
     */
    static boolean isOne(Link link, String tunName) {
        String name = link.name();
        return !link.isLoopback()
                && !name.equals(tunName)
                && HIDDEN.stream().noneMatch(name::startsWith)
                && !DOCKER_NETWORK.matcher(name).matches();
    }

    /** Whether it is a tunnel, of whatever VPN. */
    static boolean isTunnel(Link link) {
        return TUNNEL_KINDS.contains(link.kind())
                || TUNNEL_NAMES.stream().anyMatch(link.name()::startsWith);
    }
}
