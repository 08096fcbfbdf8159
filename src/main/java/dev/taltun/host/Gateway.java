package dev.taltun.host;

import dev.taltun.config.GatewayConfig;
import dev.taltun.config.InterfaceConfig;
import dev.taltun.config.Suggestion;
import dev.taltun.io.netlink.Link;
import dev.taltun.io.netlink.Netlink;
import dev.taltun.routing.IpPrefix;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Makes the machine forward between the tunnel and its networks. */
final class Gateway {
    private static final String ON = "1";
    private static final String OFF = "0";

    /** Router advertisements are taken though this machine forwards. */
    private static final String ACCEPT_ALWAYS = "2";

    /** What interfaces get that are not there yet. */
    private static final String COMING_ACCEPT_RA = "net/ipv6/conf/default/accept_ra";

    private final GatewayConfig config;
    private final InterfaceConfig iface;
    private boolean forwardsIpv6;

    Gateway(GatewayConfig config, InterfaceConfig iface) {
        this.config = config;
        this.iface = iface;
    }

    /**
     * @throws IllegalArgumentException when an interface is named that is not there
     */
    void check(Netlink netlink) throws IOException {
        List<String> known =
                netlink.links().stream()
                        .filter(link -> !link.isLoopback())
                        .map(Link::name)
                        .filter(name -> !name.equals(iface.tunName()))
                        .toList();
        for (String name : config.masquerade()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "[gateway] masquerade: this machine has no interface \""
                                + name
                                + "\"; "
                                + Suggestion.remedy(name, known));
            }
        }
    }

    /** The chains it needs. */
    void addTo(Firewall firewall) {
        if (config.mssClamp()) {
            firewall.clampSegments();
        }
        if (!config.masquerade().isEmpty()) {
            firewall.masquerade(config.masquerade());
        }
    }

    void forward(Journal journal) throws IOException {
        if (!config.forward()) {
            return;
        }
        forwardIpv4(journal);
        forwardMore(journal, Stream.concat(iface.vips().stream(), iface.routes().stream()));
    }

    /** Forwards IPv6 too, once any of it is routed into the tunnel. */
    void forwardMore(Journal journal, Stream<IpPrefix> prefixes) throws IOException {
        if (config.forward() && !forwardsIpv6 && prefixes.anyMatch(IpPrefix::v6)) {
            forwardIpv6(journal);
            forwardsIpv6 = true;
        }
    }

    /**
     * The switch for the whole machine sets those of its interfaces, and the redirects with them
     * (ip-sysctl: "resets all configuration parameters"), so those are noted too.
     */
    private static void forwardIpv4(Journal journal) throws IOException {
        String all = "net/ipv4/ip_forward";
        if (Sysctl.read(all).equals(OFF)) {
            for (String key : Sysctl.ofInterfaces("ipv4", "forwarding", ON)) {
                Sysctl.keep(journal, key);
            }
            Sysctl.keep(journal, "net/ipv4/conf/all/accept_redirects");
        } else {
            Sysctl.keepShared(journal, "ipv4", "forwarding");
            Sysctl.keepShared(journal, "ipv4", "accept_redirects");
        }
        Sysctl.set(journal, all, ON);
    }

    private static void forwardIpv6(Journal journal) throws IOException {
        String all = "net/ipv6/conf/all/forwarding";
        if (!Sysctl.exists(all)) {
            return; // A kernel without IPv6 has nothing to forward.
        }
        if (Sysctl.read(all).equals(OFF)) {
            for (String key : Sysctl.ofInterfaces("ipv6", "forwarding", ON)) {
                Sysctl.keep(journal, key);
            }
            // A router would no longer take its own default route from router advertisements.
            for (String key : Sysctl.ofInterfaces("ipv6", "accept_ra", ON)) {
                Sysctl.set(journal, key, ACCEPT_ALWAYS);
            }
            // The same for interfaces to come.
            if (Sysctl.read(COMING_ACCEPT_RA).equals(ON)) {
                Sysctl.set(journal, COMING_ACCEPT_RA, ACCEPT_ALWAYS);
            }
        } else {
            Sysctl.keepShared(journal, "ipv6", "forwarding");
            Sysctl.keepShared(journal, "ipv6", "accept_ra");
        }
        Sysctl.set(journal, all, ON);
    }

    /** Names a firewall of somebody else's that keeps the packets from being forwarded. */
    void warnOfOthers(Consumer<String> warning) throws IOException {
        if (config.forward()) {
            Firewall.dropsForwarded()
                    .ifPresent(
                            chain ->
                                    warning.accept(
                                            "nftables chain "
                                                    + chain
                                                    + " drops forwarded packets; let them pass:"
                                                    + " nft insert rule %1$s iifname %2$s accept;"
                                                            .formatted(chain, iface.tunName())
                                                    + " nft insert rule %1$s oifname %2$s accept"
                                                            .formatted(chain, iface.tunName())));
        }
    }
}
