package dev.taltun.netns.nat;

import dev.taltun.netns.Lab;
import dev.taltun.netns.Namespace;

/**
 * A router with a line to each public host and home. It forwards both families and forgets nothing,
 * but a test can break it between two addresses.
 *
 * <pre>
 *   line n:  203.0.113.(16n+14) ---- 203.0.113.(16n+1), spare: the rest of the /28
 *            2001:db8:n::ff     ---- 2001:db8:n::1, and behind it 2001:db8:10n::/64
 * </pre>
 */
public final class Internet implements Uplink {
    private static final int MAX_LINES = 15;

    private final Lab lab;
    private final Namespace router;
    private int lines;

    /** The lab owns it. */
    public Internet(Lab lab) {
        this.lab = lab;
        router = lab.namespace("i");
        router.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
        router.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
        router.run("nft", "add table inet broken");
        router.run("nft", "add chain inet broken way { type filter hook forward priority 0 ; }");
    }

    /** A host with a public address of its own. */
    public Namespace host(String role) {
        Namespace host = lab.namespace(role);
        attach(host, "eth0");
        return host;
    }

    /** A home of this kind; its hosts come by {@link HomeRouter#host}. */
    public HomeRouter home(String role, NatKind kind) {
        return new HomeRouter(lab, role, kind, this);
    }

    @Override
    public Line attach(Namespace namespace, String device) {
        if (lines == MAX_LINES) {
            throw new IllegalStateException("no addresses are left");
        }
        int n = lines++;
        String end = "line" + n;
        lab.link(router, end, namespace, device);
        String gateway = "203.0.113." + (16 * n + 14);
        String gateway6 = "2001:db8:" + n + "::ff";
        router.address(end, gateway + "/28", gateway6 + "/64");
        Line line = new Line("203.0.113." + (16 * n + 1), 28, gateway, "2001:db8:" + n + "::1");
        namespace.address(device, line.cidr(), line.address6() + "/64");
        namespace.route("default", gateway).route("default", gateway6);
        router.route(prefix6(line) + "/64", line.address6());
        return line;
    }

    /** The IPv6 network that is routed to who has a line, up to its last colons. */
    static String prefix6(Line line) {
        return line.address6().replaceFirst("2001:db8:(\\d+)::1", "2001:db8:10$1::");
    }

    /**
     * From now on drops, without a word, what goes between these two, of one family, in both ways.
     */
    public void cut(String a, String b) {
        breakBoth(a, b, "drop");
    }

    /** From now on answers what goes between these two that the other is not reachable. */
    public void refuse(String a, String b) {
        breakBoth(a, b, "reject");
    }

    private void breakBoth(String a, String b, String verdict) {
        String family = a.contains(":") ? "ip6" : "ip";
        String rule = "add rule inet broken way %s saddr %s %s daddr %s %s";
        router.run("nft", rule.formatted(family, a, family, b, verdict));
        router.run("nft", rule.formatted(family, b, family, a, verdict));
    }

    /** Everything is whole again. */
    public void heal() {
        router.run("nft", "flush chain inet broken way");
    }

    /** The namespace of the router. */
    public Namespace router() {
        return router;
    }
}
