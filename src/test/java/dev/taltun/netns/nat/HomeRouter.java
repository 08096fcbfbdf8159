package dev.taltun.netns.nat;

import dev.taltun.netns.Lab;
import dev.taltun.netns.Namespace;

/**
 * The router of a home: hosts on a switch behind it share its address on the line outside.
 *
 * <pre>
 *   host 192.168.k.(10+i) ---- [lan 192.168.k.1 | wan] ---- uplink
 * </pre>
 *
 * IPv6, once asked for, is not translated, but only who was called may answer.
 */
public final class HomeRouter implements Uplink {
    private static final String FIREWALL = "inet firewall";
    private static final int LAN_BITS = 24;

    private final Lab lab;
    private final Namespace router;
    private final NatKind kind;
    private final int network;
    private Line wan;
    private int hosts;
    private boolean ipv6;

    /**
     * @param role names the namespace
     * @param uplink the internet, or another router: two levels of NAT
     */
    public HomeRouter(Lab lab, String role, NatKind kind, Uplink uplink) {
        this(lab, role, kind, uplink, 100 + Math.floorMod(role.hashCode(), 100));
    }

    /**
     * @param network third byte of the addresses behind it; homes that were never asked have the
     *     same one
     */
    public HomeRouter(Lab lab, String role, NatKind kind, Uplink uplink, int network) {
        if (kind == NatKind.OPEN) {
            throw new IllegalArgumentException("an open host has no router");
        }
        this.lab = lab;
        this.kind = kind;
        this.network = network;
        router = lab.namespace(role);
        router.run("ip", "link", "add", "lan", "type", "bridge");
        router.address("lan", gateway() + "/" + LAN_BITS);
        wan = uplink.attach(router, "wan");
        router.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
        translate();
        filter();
    }

    private void translate() {
        router.run("nft", "add table ip nat");
        router.run("nft", "add chain ip nat pre { type nat hook prerouting priority dstnat ; }");
        router.run("nft", "add chain ip nat post { type nat hook postrouting priority srcnat ; }");
        String random = kind == NatKind.RANDOM ? " fully-random" : "";
        router.run("nft", "add rule ip nat post oifname wan masquerade" + random);
    }

    private void filter() {
        router.run("nft", "add table " + FIREWALL);
        router.run("nft", "add chain " + FIREWALL + " only { }");
        router.run(
                "nft",
                "add chain %s forward { type filter hook forward priority 0 ; policy drop ; }"
                        .formatted(FIREWALL));
        String forward = "add rule " + FIREWALL + " forward ";
        router.run("nft", forward + "jump only");
        router.run("nft", forward + "ct state established,related accept");
        router.run("nft", forward + "ct status dnat accept");
        router.run("nft", forward + "iifname lan accept");
        if (kind != NatKind.LEAKY) {
            // Dropped before it is confirmed, the stray leaves no conntrack entry.
            router.run(
                    "nft",
                    "add chain %s input { type filter hook input priority 0 ; }"
                            .formatted(FIREWALL));
            router.run(
                    "nft",
                    "add rule %s input iifname wan meta l4proto udp ct state new drop"
                            .formatted(FIREWALL));
        }
    }

    /** Gives the hosts that come later IPv6 addresses that are routed, behind the firewall. */
    public HomeRouter ipv6() {
        ipv6 = true;
        router.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
        router.address("lan", Internet.prefix6(wan) + "1/64");
        return this;
    }

    /** A host behind it. */
    public Namespace host(String role) {
        Namespace host = lab.namespace(role);
        attach(host, "eth0");
        return host;
    }

    @Override
    public Line attach(Namespace namespace, String device) {
        int i = hosts++;
        String port = "port" + i;
        lab.link(router, port, namespace, device);
        router.run("ip", "link", "set", port, "master", "lan", "up");
        String address6 = ipv6 ? Internet.prefix6(wan) + (10 + i) : "";
        Line line = new Line("192.168." + network + "." + (10 + i), LAN_BITS, gateway(), address6);
        namespace.address(device, line.cidr());
        namespace.route("default", gateway());
        if (ipv6) {
            namespace.address(device, address6 + "/64");
            namespace.route("default", Internet.prefix6(wan) + "1");
        }
        return line;
    }

    private String gateway() {
        return "192.168." + network + ".1";
    }

    /** Address of the i-th thing that was joined, from 0. */
    public String address(int i) {
        return "192.168." + network + "." + (10 + i);
    }

    /** Its address on the line outside. */
    public String outside() {
        return wan.address();
    }

    /**
     * Opens a UDP port, towards the same port of the i-th host; for {@link NatKind#OPEN_FILTER}.
     */
    public HomeRouter open(int port, int i) {
        router.run(
                "nft",
                "add rule ip nat pre ip daddr %s udp dport %d dnat to %s"
                        .formatted(outside(), port, address(i)));
        return this;
    }

    /** Forwards a UDP port to another one of the i-th host, as a user would who cannot punch. */
    public HomeRouter forward(int port, int i, int to) {
        router.run(
                "nft",
                "add rule ip nat pre ip daddr %s udp dport %d dnat to %s:%d"
                        .formatted(outside(), port, address(i), to));
        return this;
    }

    /** Lets hosts behind it reach each other by the address outside, where a port is open. */
    public HomeRouter hairpin() {
        // Only what it leads back in: some kernels show it what passes its switch, too.
        router.run("nft", "add rule ip nat post oifname lan ct status dnat masquerade");
        return this;
    }

    /** Lets no UDP out but to this IPv4 address. */
    public HomeRouter onlyTo(String address) {
        router.run(
                "nft",
                "add rule %s only iifname lan meta l4proto udp ip daddr != %s drop"
                        .formatted(FIREWALL, address));
        return this;
    }

    /** Forgets UDP mappings that were silent for so long. */
    public HomeRouter forgetAfter(int seconds) {
        for (String state : new String[] {"udp_timeout", "udp_timeout_stream"}) {
            router.run("sysctl", "-qw", "net.netfilter.nf_conntrack_" + state + "=" + seconds);
        }
        return this;
    }

    /** Starts anew with nothing in its memory, and the last byte of the address outside changed. */
    public void reboot(int lastByte) {
        router.removeAddress("wan", wan.cidr());
        String address = wan.address().replaceFirst("\\d+$", Integer.toString(lastByte));
        // The kernel forgets what was masqueraded behind an address that goes.
        wan = new Line(address, wan.prefixLength(), wan.gateway(), wan.address6());
        router.address("wan", wan.cidr());
        router.run("ip", "route", "replace", "default", "via", wan.gateway());
    }

    /** The namespace of the router. */
    public Namespace router() {
        return router;
    }
}
