package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Networks behind the spokes of a hub, which is a gateway itself or not.
 *
 * <pre>
 *   desk 1: 10.1.0.2, fd01::2 === lan spoke 1 ---.
 *                                                +--- hub
 *   desk 2: 10.2.0.2, fd02::2 === lan spoke 2 ---'
 * </pre>
 */
@NamespaceTest
final class HubGatewayTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String GATEWAY = "\n[gateway]\n\n[[peers]]";

    @AutoClose private final HubAndSpokes net = new HubAndSpokes(TALTUN, TALTUN);

    private static String networks(int site) {
        return "\"10.%d.0.0/24\", \"fd0%d::/64\"".formatted(site, site);
    }

    private static String gateway(String toml) {
        return toml.replaceFirst("\n\\[\\[peers]]", GATEWAY);
    }

    /** The hub knows the networks behind its spokes. */
    private static String behindSpokes(String toml) {
        return toml.replace("[\"fd77::1/128\"]", "[\"fd77::1/128\", " + networks(1) + "]")
                .replace("[\"fd77::2/128\"]", "[\"fd77::2/128\", " + networks(2) + "]");
    }

    /** A spoke sends packets for a network to the hub. */
    private static UnaryOperator<String> reaches(int site) {
        return toml -> toml.replace("\"fd77::/64\"]", "\"fd77::/64\", " + networks(site) + "]");
    }

    private TaltunNode spoke(int n) {
        return (TaltunNode) net.spoke(n);
    }

    private Namespace desk(int site) {
        Namespace office = net.host(site);
        Namespace desk = office.lab().namespace("d" + site);
        office.lab().link(office, "lan", desk, "eth0");
        office.address("lan", "10.%d.0.1/24".formatted(site), "fd0%d::1/64".formatted(site));
        desk.address("eth0", "10.%d.0.2/24".formatted(site), "fd0%d::2/64".formatted(site));
        return desk.route("default", "10.%d.0.1".formatted(site))
                .route("::/0", "fd0%d::1".formatted(site));
    }

    /** Addresses stay what they are on the way: desks see each other, not their gateways. */
    @Test
    void networksBehindSpokesAreJoinedWithoutMasquerade() {
        net.hub().edit(HubGatewayTest::behindSpokes);
        spoke(1).edit(reaches(2).andThen(HubGatewayTest::gateway)::apply);
        spoke(2).edit(reaches(1).andThen(HubGatewayTest::gateway)::apply);
        Namespace desk1 = desk(1);
        Namespace desk2 = desk(2);
        desk2.run("nft", "add table inet strict");
        desk2.run("nft", "add chain inet strict in { type filter hook input priority 0 ; }");
        String others = "add rule inet strict in %s type echo-request %s saddr != %s drop";
        desk2.run("nft", others.formatted("icmp", "ip", "10.1.0.2"));
        desk2.run("nft", others.formatted("icmpv6", "ip6", "fd01::2"));
        net.start();
        Ping.await(desk1, "10.2.0.2", SOON);
        Ping.await(desk1, "fd02::2", SOON);
        Ping.await(desk2, "10.1.0.2", SOON);
        Ping.await(desk2, "fd01::2", SOON);
        Outcome forwards = net.hub().namespace().run("sysctl", "-n", "net.ipv4.ip_forward");
        assertEquals("0", forwards.output().strip(), "the hub's kernel has no part in it");
    }

    /** A gateway's kernel has routes to the tunnel for these: handed over, they would come back. */
    @Test
    void whatNobodyHasEndsAtAGatewayToo() {
        net.hub().flags("--debug").edit(toml -> gateway(behindSpokes(toml)));
        spoke(1).edit(reaches(1));
        net.start();
        assertEquals("1", net.hub().namespace().sysctl("net.ipv4.ip_forward"));
        assertUnreachable("10.77.0.77", "Net Unreachable");
        assertUnreachable("fd77::77", "No route");
        // Its own network, which it has nearer.
        assertUnreachable("10.1.0.77", "Net Unreachable");
        assertUnreachable("fd01::77", "No route");
        String counters = net.endOfHub();
        assertTrue(counters.matches("(?s).*DROP_NOT_FOR_US\\W+2\\b.*"), counters);
        assertTrue(counters.matches("(?s).*DROP_RELAY_BACK\\W+2\\b.*"), counters);
    }

    private void assertUnreachable(String target, String reason) {
        Outcome outcome =
                net.host(1).attempt(Shell.PATIENCE, "ping", "-nc", "1", "-W", "2", target);
        boolean six = target.contains(":");
        String from = "From " + (six ? HubAndSpokes.HUB_VIP6 : HubAndSpokes.HUB_VIP);
        assertTrue(outcome.exit() != 0, outcome::output);
        assertTrue(outcome.output().contains(from), outcome::output);
        assertTrue(outcome.output().contains(reason), outcome::output);
    }
}
