package dev.taltun.host;

import dev.taltun.config.InterfaceConfig;
import dev.taltun.ffi.Errno;
import dev.taltun.io.netlink.Link;
import dev.taltun.io.netlink.Netlink;
import dev.taltun.io.netlink.NetlinkException;
import dev.taltun.io.netlink.Route;
import dev.taltun.io.netlink.Rule;
import dev.taltun.routing.IpPrefix;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The default route into the tunnel, by policy routing, as wg-quick(8) does it:
 *
 * <pre>
 *   32764: from all lookup main suppress_prefixlength 0    whatever has a route of its own keeps it
 *   32765: not from all fwmark MARK lookup TABLE           the rest goes into the tunnel,
 *   32766: from all lookup main                            but for the tunnel's own datagrams
 * </pre>
 *
 * <p>All engines share the default mark, so that no tunnel's datagrams enter another's; each has a
 * table and a pair of priorities of its own, and the rules of the one that started last are asked
 * first. Rules are known as ours by their protocol number.
 */
final class FullTunnel {
    /** Who added the rules, beside those of /etc/iproute2/rt_protos. */
    static final int PROTOCOL = 122;

    /** What wg(8) uses too; it is also the first table tried. */
    private static final int DEFAULT_MARK = 51820;

    /** Of the upper rule of the first pair; the kernel's rule for the main table is 32766. */
    private static final int FIRST_PRIORITY = 32764;

    private static final int TABLES_TRIED = 4096;
    private static final String ALL_VALID_MARK = "net/ipv4/conf/all/src_valid_mark";

    private final InterfaceConfig config;
    private final boolean ipv4;
    private final boolean ipv6;

    FullTunnel(InterfaceConfig config) {
        this.config = config;
        ipv4 = config.routes().stream().anyMatch(route -> isDefault(route) && !route.v6());
        ipv6 =
                config.routes().stream().anyMatch(route -> isDefault(route) && route.v6())
                        && Sysctl.exists("net/ipv6");
    }

    /** Whether it is a route that is left to this class. */
    static boolean isDefault(IpPrefix route) {
        return route.length() == 0;
    }

    /** Whether any default route leads into the tunnel. */
    boolean isWanted() {
        return ipv4 || ipv6;
    }

    /** The mark of the tunnel's own datagrams. */
    int mark() {
        return config.fwmark() != 0 ? config.fwmark() : DEFAULT_MARK;
    }

    /** Adds the routes and then the rules. The link must be up, and the mark be set. */
    void route(Netlink netlink, Journal journal) throws IOException {
        Link link = netlink.link(config.tunName());
        int table = claimTable(netlink, link);
        journal.note(new RulesChange(table));
        int priority = freePriorities(netlink.rules());
        for (boolean v6 : List.of(false, true)) {
            if (v6 ? ipv6 : ipv4) {
                netlink.addRule(unmarked(v6, priority + 1, table));
                netlink.addRule(specific(v6, priority));
            }
        }
    }

    private Rule unmarked(boolean v6, int priority, int table) {
        return new Rule(v6, priority, mark(), true, table, Rule.NONE, PROTOCOL);
    }

    private static Rule specific(boolean v6, int priority) {
        return new Rule(v6, priority, 0, false, Route.MAIN_TABLE, 0, PROTOCOL);
    }

    /** Takes a table by adding the routes, which fails if somebody else was faster. */
    private int claimTable(Netlink netlink, Link link) throws IOException {
        if (config.table() != 0) {
            addRoutes(netlink, link, config.table(), netlink.routes());
            return config.table();
        }
        Set<Integer> taken = new HashSet<>();
        List<Route> routes = netlink.routes();
        routes.forEach(route -> taken.add(route.table()));
        netlink.rules().forEach(rule -> taken.add(rule.table()));
        for (int table = mark(), tried = 0; tried < TABLES_TRIED; table++, tried++) {
            // The reserved ones, should the mark be as small, hold routes or are named by rules.
            if (table != 0 && !taken.contains(table)) {
                addRoutes(netlink, link, table, routes);
                return table;
            }
        }
        throw new IOException("no routing table is free for the default route; set table");
    }

    private void addRoutes(Netlink netlink, Link link, int table, List<Route> routes)
            throws IOException {
        for (boolean v6 : List.of(false, true)) {
            if (!(v6 ? ipv6 : ipv4)) {
                continue;
            }
            IpPrefix all = IpPrefix.parse(v6 ? "::/0" : "0.0.0.0/0");
            Route route = Route.through(link, all.address().toInetAddress(), 0).withTable(table);
            boolean taken =
                    routes.stream()
                            .anyMatch(
                                    other ->
                                            other.table() == table
                                                    && other.isDefault()
                                                    && other.destination()
                                                            .equals(route.destination()));
            if (taken) {
                throw new IOException(
                        "routing table "
                                + Integer.toUnsignedString(table)
                                + " has a default route of somebody else's; choose another table");
            }
            netlink.addRoute(route);
        }
    }

    /** The lower number of a pair that no rule has. */
    private static int freePriorities(List<Rule> rules) {
        Set<Integer> taken = new HashSet<>();
        rules.forEach(rule -> taken.add(rule.priority()));
        int priority = FIRST_PRIORITY;
        while (taken.contains(priority) || taken.contains(priority + 1)) {
            priority -= 2;
        }
        return priority;
    }

    /** Removes our pairs that lead into a table. */
    static void removeRules(Netlink netlink, int table) throws IOException {
        List<Rule> rules = netlink.rules().stream().filter(FullTunnel::isOurs).toList();
        for (Rule rule : rules) {
            if (rule.inverted() && rule.table() == table) {
                // Were the other removed first, the local networks would be in the tunnel between.
                delete(netlink, rule);
                delete(netlink, specific(rule.ipv6(), rule.priority() - 1));
            }
        }
    }

    /**
     * Removes our rules whose engine is gone: the interface took its routes with it. Also half a
     * pair, of an engine that was killed between the two.
     */
    static void sweep(Netlink netlink) throws IOException {
        List<Rule> rules = netlink.rules().stream().filter(FullTunnel::isOurs).toList();
        if (rules.isEmpty()) {
            return;
        }
        Set<Integer> tables = new HashSet<>();
        netlink.routes().forEach(route -> tables.add(route.table()));
        for (Rule rule : rules) {
            if (rule.inverted() && !tables.contains(rule.table())) {
                removeRules(netlink, rule.table());
            } else if (!rule.inverted() && rules.stream().noneMatch(it -> isPair(rule, it))) {
                delete(netlink, rule);
            }
        }
    }

    private static boolean isPair(Rule specific, Rule other) {
        return other.inverted()
                && other.ipv6() == specific.ipv6()
                && other.priority() == specific.priority() + 1;
    }

    private static boolean isOurs(Rule rule) {
        return rule.protocol() == PROTOCOL;
    }

    private static void delete(Netlink netlink, Rule rule) throws IOException {
        try {
            netlink.deleteRule(rule);
        } catch (NetlinkException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    /**
     * Sees to it that answers to the tunnel's own datagrams are let in where the reverse path is
     * checked strictly: with their mark the check looks where the datagrams went.
     */
    void letAnswersIn(
            Firewall firewall, boolean forwarding, Journal journal, Consumer<String> warning)
            throws IOException {
        boolean strict = ipv4 && checksReversePathStrictly();
        if (ipv4) {
            try {
                Sysctl.set(journal, ALL_VALID_MARK, "1");
            } catch (IOException e) {
                if (strict) {
                    throw e;
                }
            }
        }
        if (Firewall.available()) {
            firewall.markAnswers(mark());
            if (!forwarding) {
                firewall.guard(
                        config.vips().stream().map(vip -> vip.address().toString()).toList());
            }
        } else if (strict) {
            throw new IOException(
                    "the program nft is missing, and with strict rp_filter no answer to the tunnel"
                            + " would be let in; install nftables, or set"
                            + " net.ipv4.conf.*.rp_filter to 2");
        } else {
            warning.accept(
                    "the program nft is missing: neighbours can probe the addresses inside the"
                            + " tunnel; install nftables");
        }
    }

    /** The higher of an interface's value and that for all counts: 0 off, 1 strict, 2 loose. */
    private static boolean checksReversePathStrictly() throws IOException {
        String all = Sysctl.read("net/ipv4/conf/all/rp_filter");
        return switch (all) {
            case "1" -> true;
            case "0" -> !Sysctl.ofInterfaces("ipv4", "rp_filter", "1").isEmpty();
            default -> false;
        };
    }
}
