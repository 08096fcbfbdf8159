package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.Node.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * SIGHUP: peers come, change and go, and who did not change does not notice.
 *
 * <pre>
 *   a  10.77.0.1 ---- 10.77.0.2  b  ---- c  10.88.0.9
 *      172.31.9.1     172.31.9.2    172.31.10.2    172.31.10.9
 * </pre>
 */
@NamespaceTest
final class ReloadTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String C_VIP = "10.88.0.9";
    private static final String FORWARD_IPV6 = "net.ipv6.conf.all.forwarding";

    private static NodeSpec.Peer peer(Keys keys, String psk) {
        return new NodeSpec.Peer(keys.publicKey(), psk, List.of(C_VIP), "");
    }

    private static List<NodeSpec.Peer> plus(TwoHosts hosts, NodeSpec.Peer more) {
        List<NodeSpec.Peer> peers = new ArrayList<>(hosts.rightSpec().peers());
        peers.add(more);
        return peers;
    }

    private static TaltunNode join(TwoHosts hosts, Keys keys, String psk) {
        Namespace c = hosts.lab().namespace("c");
        hosts.lab().link(c, "eth0", hosts.b(), "eth1");
        c.address("eth0", "172.31.10.9/24");
        hosts.b().address("eth1", "172.31.10.2/24");
        NodeSpec.Peer hub =
                new NodeSpec.Peer(
                        hosts.rightSpec().keys().publicKey(),
                        psk,
                        List.of(TwoHosts.RIGHT_VIP),
                        "172.31.10.2:" + TwoHosts.RIGHT_PORT);
        return new TaltunNode(
                c, new NodeSpec("client", keys, 51823, List.of(C_VIP + "/24"), List.of(hub)));
    }

    @Test
    void peersComeChangeAndGoWhileAFlowGoesOn() {
        try (TwoHosts hosts = new TwoHosts(Kind.TALTUN, Kind.TALTUN, false, true).start()) {
            TaltunNode right = (TaltunNode) hosts.right();
            Keys keys = Keys.generate();
            String psk = Keys.presharedKey();
            TaltunNode newcomer = join(hosts, keys, psk);
            Background echoes =
                    Ping.start(hosts.a(), TwoHosts.RIGHT_VIP, 400, Duration.ofMillis(20));
            CompletableFuture<Iperf.Flow> flow =
                    CompletableFuture.supplyAsync(
                            () -> Iperf.udp(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, 7, "5M"));
            CompletableFuture<Iperf.Flow> stream =
                    Iperf.tcpMeanwhile(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, "35M", "40M");
            newcomer.start();
            assertFalse(Ping.answers(newcomer.namespace(), TwoHosts.RIGHT_VIP));
            // By now the two have settled on their cipher suite, too.
            long handshakes = ((TaltunNode) hosts.left()).handshakes();

            right.reload(right.config(plus(hosts, peer(keys, psk))));
            right.process().awaitLine("reloaded .*: 1 peer added, 0 removed, 0 changed", SOON);
            assertTrue(routes(hosts).contains(C_VIP), () -> routes(hosts));
            Ping.await(newcomer.namespace(), TwoHosts.RIGHT_VIP, SOON);

            right.reload(right.config(plus(hosts, peer(keys, ""))));
            right.process().awaitLine("reloaded .*: 0 peers added, 0 removed, 1 changed", SOON);
            assertTrue(Ping.answers(newcomer.namespace(), TwoHosts.RIGHT_VIP), "its session stays");

            right.reload(right.config());
            right.process().awaitLine("reloaded .*: 0 peers added, 1 removed, 0 changed", SOON);
            assertFalse(Ping.answers(newcomer.namespace(), TwoHosts.RIGHT_VIP));
            assertFalse(routes(hosts).contains(C_VIP), () -> routes(hosts));

            assertTrue(stream.join().bytes() >= 35_000_000, hosts::logs);
            assertEquals(0, flow.join().lostPercent(), hosts::logs);
            assertEquals(0, Ping.finish(echoes, SOON).lost(), hosts::logs);
            assertEquals(handshakes, ((TaltunNode) hosts.left()).handshakes(), hosts::logs);
        }
    }

    /** A gateway whose first IPv6 prefix comes later forwards it, too, as long as it runs. */
    @Test
    void theFirstIpv6PrefixIsForwarded() {
        try (Lab lab = new Lab()) {
            Namespace host = lab.namespace("g");
            String toml =
                    """
                    [interface]
                    tun_name = "$TUN"
                    vip = "10.77.0.1/24"
                    private_key = "%s"
                    [gateway]
                    [[peers]]
                    public_key = "%s"
                    vip = "10.77.0.2"
                    """
                            .formatted(Keys.generate().privateKey(), Keys.generate().publicKey());
            WrittenNode node = new WrittenNode(host, toml).start();
            assertEquals("1", host.sysctl("net.ipv4.ip_forward"));
            assertEquals("0", host.sysctl(FORWARD_IPV6));
            String more = toml.replace("$TUN", node.device()) + "allowed_ips = \"fd88::/64\"\n";
            lab.write(node.device() + ".toml", more);
            Shell.run("kill", "-HUP", Long.toString(node.process().pid()));
            node.process().awaitLine("reloaded .*: 0 peers added, 0 removed, 1 changed", SOON);
            assertEquals("1", host.sysctl(FORWARD_IPV6));
            assertEquals(0, node.terminate().exit(), node::log);
            assertEquals("0", host.sysctl(FORWARD_IPV6));
        }
    }

    private static String routes(TwoHosts hosts) {
        return String.join("\n", hosts.b().routes());
    }

    @Test
    void whatNeedsARestartIsNamedAndABrokenFileIsRefusedWhole() {
        try (TwoHosts hosts = new TwoHosts(Kind.TALTUN, Kind.TALTUN, false, false).start()) {
            TaltunNode right = (TaltunNode) hosts.right();
            String mtu = right.config().replace("[[peers]]", "mtu = 1300\n\n[[peers]]");
            right.reload(mtu);
            right.process()
                    .awaitLine("mtu: now 1300, was 1420; takes effect at the next start", SOON);
            right.process().awaitLine("reloaded .*: 0 peers added, 0 removed, 0 changed", SOON);
            assertTrue(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP));

            // Without its peer, too: nothing of a broken file is taken over.
            String broken = right.config(List.of()) + "mut = 1300\n";
            right.reload(broken);
            right.process().awaitLine("unknown key; did you mean \"mtu\"", SOON);
            right.process().awaitLine("not reloaded; the one that runs goes on", SOON);
            assertTrue(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP));
            assertTrue(right.process().isAlive());
        }
    }
}
