package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static dev.taltun.netns.Node.Kind.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tunnel carries: Taltun with itself and with wireguard-go, either opening. */
@NamespaceTest
final class TunnelTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    /** What a stream carries; how fast depends on who else uses the machine, so ask little. */
    private static final String AMOUNT = "20M";

    /** iperf3's receiver does not count what is under way when the sender is done. */
    private static final long LEAST = 10_000_000;

    private static final double SLOWEST = 4e6;

    /**
     * The largest echo that fits the tunnel's MTU of 1420 in one piece: 20 + 8 bytes of headers.
     */
    private static final String LARGEST_ECHO = "1392";

    static List<Arguments> pairs() {
        return List.of(
                Arguments.of(TALTUN, TALTUN, false, false),
                Arguments.of(TALTUN, TALTUN, true, true),
                Arguments.of(TALTUN, WIREGUARD_GO, false, true),
                Arguments.of(TALTUN, WIREGUARD_GO, true, false),
                Arguments.of(WIREGUARD_GO, TALTUN, false, true),
                Arguments.of(WIREGUARD_GO, TALTUN, true, false));
    }

    @ParameterizedTest(name = "{0} opens to {1}, outside over IPv6: {2}, pre-shared key: {3}")
    @MethodSource("pairs")
    void carriesEchoesAndStreamsOfBothFamilies(
            Node.Kind left, Node.Kind right, boolean outerV6, boolean psk) {
        try (TwoHosts hosts = new TwoHosts(left, right, outerV6, psk).start()) {
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP6, SOON);
            Ping.await(hosts.b(), TwoHosts.LEFT_VIP, SOON);
            Ping.await(hosts.b(), TwoHosts.LEFT_VIP6, SOON);
            hosts.a()
                    .run(
                            "ping",
                            "-n",
                            "-c",
                            "1",
                            "-M",
                            "do",
                            "-s",
                            LARGEST_ECHO,
                            TwoHosts.RIGHT_VIP);
            Ping.Series echoes =
                    Ping.series(hosts.a(), TwoHosts.RIGHT_VIP, 100, Duration.ofMillis(10));
            assertEquals(0, echoes.lost(), hosts::logs);
            flows(hosts, Iperf.tcpBytes(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, AMOUNT));
            flows(hosts, Iperf.tcpBytes(hosts.b(), hosts.a(), TwoHosts.LEFT_VIP6, AMOUNT));
            Iperf.Flow udp = Iperf.udp(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP6, 1, "5M");
            assertTrue(udp.bytes() > 300_000, () -> udp + "\n" + hosts.logs());
            assertTrue(udp.lostPercent() < 10, () -> udp + "\n" + hosts.logs());
        }
    }

    /** Every way to run the packet path carries the same traffic. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "--workers 3 --cpus 0",
                "--tun-tso off --tun-uso off --udp-gso off --udp-gro off",
                "--tun-uso off --udp-gro off --workers 2",
                "--cipher aes-256-gcm",
                "--crypto jdk",
                "--mtu 9000"
            })
    void everyVariantCarriesStreams(String flags) {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            for (Node node : List.of(hosts.left(), hosts.right())) {
                ((TaltunNode) node).flags(flags.split(" "));
            }
            hosts.start();
            flows(hosts, Iperf.tcpBytes(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, AMOUNT));
            flows(hosts, Iperf.tcpBytes(hosts.b(), hosts.a(), TwoHosts.LEFT_VIP6, AMOUNT));
        }
    }

    /** TCP would hide it. */
    @Test
    void severalWorkersKeepTheOrderOfEachFlow() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            for (Node node : List.of(hosts.left(), hosts.right())) {
                ((TaltunNode) node).flags("--workers", "4");
            }
            hosts.start();
            inOrder(hosts, hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP);
            inOrder(hosts, hosts.b(), hosts.a(), TwoHosts.LEFT_VIP6);
        }
    }

    private static void inOrder(TwoHosts hosts, Namespace to, Namespace from, String target) {
        Iperf.Flow flow = Iperf.udpFlowsBack(to, from, target, 3, 8, "20M");
        System.out.println("8 UDP flows through 4 workers: " + flow);
        flows(hosts, flow);
        assertEquals(0, flow.overtaken(), hosts::logs);
    }

    private static void flows(TwoHosts hosts, Iperf.Flow flow) {
        assertTrue(
                flow.bitsPerSecond() > SLOWEST && flow.bytes() > LEAST,
                () -> flow + "\n" + hosts.logs());
    }

    /** A client shakes hands by itself, and each side reports it. */
    @Test
    void aClientOpensWithoutBeingAsked() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, WIREGUARD_GO, false, false)) {
            hosts.right().start();
            hosts.left().start();
            WireguardGoNode right = (WireguardGoNode) hosts.right();
            TaltunNode left = (TaltunNode) hosts.left();
            Await.until("a handshake", SOON, () -> right.latestHandshake() > 0, hosts::logs);
            left.process().awaitLine(TaltunNode.HANDSHAKE, SOON);
            assertEquals(TwoHosts.LEFT_OUTER + ":" + TwoHosts.LEFT_PORT, right.endpoint());
        }
    }

    @Test
    void differentPresharedKeysOpenNothing() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, WIREGUARD_GO, false, true)) {
            NodeSpec.Peer left = hosts.rightSpec().peers().getFirst();
            WireguardGoNode right = (WireguardGoNode) hosts.right();
            right.start();
            right.addPeer(
                    new NodeSpec.Peer(left.publicKey(), Keys.presharedKey(), left.addresses(), ""));
            hosts.left().start();
            Ping.Series echoes =
                    Ping.series(hosts.a(), TwoHosts.RIGHT_VIP, 10, Duration.ofMillis(200));
            assertEquals(0, echoes.received(), hosts::logs);
            right.addPeer(left);
            hosts.awaitTunnel();
        }
    }

    /** Cryptokey routing holds on receipt too: a peer speaks for its own addresses only. */
    @Test
    void anAddressThatIsNotThePeersIsNotLetIn() {
        try (TwoHosts hosts = new TwoHosts(WIREGUARD_GO, TALTUN, false, false).start()) {
            String foreign = "10.77.0.99";
            hosts.a().address(hosts.left().device(), foreign + "/32");
            Outcome forged =
                    hosts.a()
                            .attempt(
                                    Shell.PATIENCE,
                                    "ping",
                                    "-n",
                                    "-c",
                                    "3",
                                    "-i",
                                    "0.2",
                                    "-W",
                                    "1",
                                    "-I",
                                    foreign,
                                    TwoHosts.RIGHT_VIP);
            assertTrue(forged.output().contains(" 0 received"), forged::output);
            assertTrue(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP));
        }
    }

    /** A host behind address translation is reachable as long as it keeps its mapping alive. */
    @Test
    void aClientBehindNatIsReachedFromOutside() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            Namespace home = hosts.a();
            Namespace router = hosts.lab().namespace("r");
            home.run("ip", "link", "del", "eth0");
            hosts.lab().link(router, "wan", hosts.b(), "eth0");
            hosts.lab().link(home, "eth0", router, "lan");
            hosts.b().address("eth0", TwoHosts.RIGHT_OUTER + "/24");
            router.address("wan", "172.31.9.254/24").address("lan", "192.168.5.1/24");
            home.address("eth0", "192.168.5.2/24").route("default", "192.168.5.1");
            router.masquerade("wan");
            hosts.start();
            Ping.await(hosts.b(), TwoHosts.LEFT_VIP, SOON);
            assertFalse(Ping.answers(hosts.b(), "192.168.5.2"));
        }
    }
}
