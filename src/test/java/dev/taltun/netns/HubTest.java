package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static dev.taltun.netns.Node.Kind.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a hub passes between its spokes without its kernel, and what it tells them. */
@NamespaceTest
final class HubTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String AMOUNT = "20M";
    private static final long LEAST = 10_000_000;

    /** One echo request that is not answered by its target. */
    private static String refused(Namespace from, String target, String... options) {
        String[] command = new String[7 + options.length];
        System.arraycopy(new String[] {"ping", "-n", "-c", "1", "-W", "2"}, 0, command, 0, 6);
        System.arraycopy(options, 0, command, 6, options.length);
        command[command.length - 1] = target;
        Outcome outcome = from.attempt(Shell.PATIENCE, command);
        assertTrue(outcome.exit() != 0, outcome::output);
        return outcome.output();
    }

    private static void assertSays(String expected, String output) {
        assertTrue(output.contains(expected), () -> "no \"" + expected + "\" in\n" + output);
    }

    /** wireguard-go is spoke 3: any WireGuard device can talk to any other through the hub. */
    @Test
    void spokesReachEachOtherWithoutTheKernel() {
        try (HubAndSpokes net = new HubAndSpokes(TALTUN, TALTUN, WIREGUARD_GO).start()) {
            for (int from = 1; from <= 3; from++) {
                for (int to = 1; to <= 3; to++) {
                    if (from != to) {
                        Ping.await(net.host(from), HubAndSpokes.vip(to), SOON);
                        Ping.await(net.host(from), HubAndSpokes.vip6(to), SOON);
                    }
                }
            }
            flows(net, 1, 2, HubAndSpokes.vip(2));
            flows(net, 2, 1, HubAndSpokes.vip6(1));
            flows(net, 1, 3, HubAndSpokes.vip(3));
            flows(net, 3, 2, HubAndSpokes.vip6(2));
            Iperf.Flow udp = Iperf.udp(net.host(1), net.host(2), HubAndSpokes.vip(2), 1, "5M");
            assertTrue(udp.lostPercent() < 10, () -> udp + "\n" + net.logs());
            Outcome forwards = net.hub().namespace().run("sysctl", "-n", "net.ipv4.ip_forward");
            assertSays("0", forwards.output());
        }
    }

    private static void flows(HubAndSpokes net, int from, int to, String target) {
        Iperf.Flow flow = Iperf.tcpBytes(net.host(from), net.host(to), target, AMOUNT);
        assertTrue(flow.bytes() > LEAST, () -> flow + "\n" + net.logs());
    }

    /** What traceroute is made of: the hub is a hop with a name. */
    @Test
    void theHubIsAHopThatAnswers() {
        try (HubAndSpokes net = new HubAndSpokes(TALTUN, WIREGUARD_GO).start()) {
            Ping.await(net.host(1), HubAndSpokes.vip(2), SOON);
            String hop = refused(net.host(1), HubAndSpokes.vip(2), "-t", "1");
            assertSays("From " + HubAndSpokes.HUB_VIP, hop);
            assertSays("Time to live exceeded", hop);
            String hop6 = refused(net.host(2), HubAndSpokes.vip6(1), "-t", "1");
            assertSays("From " + HubAndSpokes.HUB_VIP6, hop6);
            assertSays("Time exceeded: Hop limit", hop6);
            net.host(1).run("ping", "-n", "-c", "1", "-t", "2", HubAndSpokes.vip(2));
            String nobody = refused(net.host(1), HubAndSpokes.vip(77));
            assertSays("From " + HubAndSpokes.HUB_VIP, nobody);
            assertSays("Net Unreachable", nobody);
        }
    }

    /** The hub's interface is narrower than the spokes': they learn it, and all gets through. */
    @Test
    void pathMtuIsDiscoveredThroughTheHub() {
        try (HubAndSpokes net = new HubAndSpokes(TALTUN, TALTUN)) {
            net.hub().flags("--mtu", "1300");
            net.start();
            Ping.await(net.host(2), HubAndSpokes.vip(1), SOON);
            String tooBig = refused(net.host(1), HubAndSpokes.vip(2), "-M", "do", "-s", "1372");
            assertSays("(mtu = 1300)", tooBig);
            String tooBig6 = refused(net.host(1), HubAndSpokes.vip6(2), "-M", "do", "-s", "1352");
            assertSays("Packet too big: mtu=1300", tooBig6);
            Namespace two = net.host(2);
            two.run("ping", "-n", "-c", "1", "-M", "dont", "-s", "1392", HubAndSpokes.vip(1));
            flows(net, 2, 1, HubAndSpokes.vip(1));
            flows(net, 2, 1, HubAndSpokes.vip6(1));
        }
    }

    @Test
    void foreignSourcesGoNowhere() {
        try (HubAndSpokes net = new HubAndSpokes(TALTUN, TALTUN, TALTUN)) {
            net.hub().flags("--debug");
            net.start();
            Ping.await(net.host(1), HubAndSpokes.vip(2), SOON);
            net.host(1).address("lo", HubAndSpokes.vip(3) + "/32");
            Namespace thief = net.host(1);
            refused(thief, HubAndSpokes.vip(2), "-I", HubAndSpokes.vip(3));
            assertTrue(Ping.answers(net.host(3), HubAndSpokes.vip(2)), "the real one does");
            assertSays("DROP_WRONG_SOURCE", net.endOfHub());
        }
    }

    @Test
    void relayCanBeTurnedOff() {
        try (HubAndSpokes net = new HubAndSpokes(TALTUN, TALTUN)) {
            net.hub().flags("--relay", "false");
            net.start();
            assertSays("Packet filtered", refused(net.host(1), HubAndSpokes.vip(2)));
            assertSays("Administratively prohibited", refused(net.host(2), HubAndSpokes.vip6(1)));
            assertTrue(Ping.answers(net.host(1), HubAndSpokes.HUB_VIP));
        }
    }

    @Test
    void aListSaysWhoReachesWhom() {
        try (HubAndSpokes net = new HubAndSpokes(TALTUN, TALTUN, TALTUN)) {
            String key = "public_key = \"" + net.key(1) + "\"\n";
            net.hub()
                    .edit(
                            toml ->
                                    toml.replace(
                                            key, key + "relay_with = [\"" + net.key(2) + "\"]\n"));
            net.start();
            Ping.await(net.host(1), HubAndSpokes.vip(2), SOON);
            Ping.await(net.host(3), HubAndSpokes.vip(2), SOON);
            assertSays("Packet filtered", refused(net.host(1), HubAndSpokes.vip(3)));
            assertSays("Packet filtered", refused(net.host(3), HubAndSpokes.vip(1)));
            assertFalse(Ping.answers(net.host(3), HubAndSpokes.vip6(1)));
        }
    }
}
