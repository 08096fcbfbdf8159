package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A NAT that forgets its mapping and makes another one in the middle of a flow.
 *
 * <pre>
 *   a  10.77.0.1            n (NAT)                  b  10.77.0.2
 *      192.168.5.2 ---- 192.168.5.1  172.31.9.1 ---- 172.31.9.2
 * </pre>
 */
@NamespaceTest
final class NatRebindingTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String A_VIP = "10.77.0.1";
    private static final String B_VIP = "10.77.0.2";
    private static final int A_PORT = 51821;
    private static final int B_PORT = 51822;

    @Test
    void theSessionFollowsTheNewPort() {
        try (Lab lab = new Lab()) {
            Namespace a = lab.namespace("a");
            Namespace nat = lab.namespace("n");
            Namespace b = lab.namespace("b");
            lab.link(a, "eth0", nat, "lan");
            lab.link(nat, "wan", b, "eth0");
            a.address("eth0", "192.168.5.2/24").route("172.31.9.0/24", "192.168.5.1");
            nat.address("lan", "192.168.5.1/24").address("wan", "172.31.9.1/24");
            b.address("eth0", "172.31.9.2/24");
            nat.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
            nat.run("nft", "add table ip nat");
            nat.run("nft", "add chain ip nat post { type nat hook postrouting priority 100 ; }");
            map(nat, 40001);
            Keys keysA = Keys.generate();
            Keys keysB = Keys.generate();
            NodeSpec.Peer toB =
                    new NodeSpec.Peer(
                            keysB.publicKey(), "", List.of(B_VIP), "172.31.9.2:" + B_PORT);
            NodeSpec.Peer toA = new NodeSpec.Peer(keysA.publicKey(), "", List.of(A_VIP), "");
            TaltunNode left =
                    new TaltunNode(
                            a,
                            new NodeSpec(
                                    "client", keysA, A_PORT, List.of(A_VIP + "/24"), List.of(toB)));
            TaltunNode right =
                    new TaltunNode(
                            b,
                            new NodeSpec(
                                    "server", keysB, B_PORT, List.of(B_VIP + "/24"), List.of(toA)));
            right.start();
            left.start();
            Ping.await(a, B_VIP, SOON);
            right.process().awaitLine("172.31.9.1:40001", SOON);

            CompletableFuture<Iperf.Flow> stream = Iperf.tcpMeanwhile(a, b, B_VIP, "25M", "40M");
            Background echoes = Ping.start(a, B_VIP, 150, Duration.ofMillis(20));
            echoes.awaitLine("icmp_seq=40 ", SOON);
            // By now the two have settled on their cipher suite, too.
            long handshakes = left.handshakes();
            map(nat, 40002);
            Ping.Series series = Ping.finish(echoes, SOON.multipliedBy(2));
            right.process().awaitLine("moved from 172.31.9.1:40001 to 172.31.9.1:40002", SOON);
            // Lost is what was on its way to the old port; the first packet out names the new one.
            assertTrue(series.lost() <= 5, () -> series + right.log());
            assertTrue(Ping.answers(b, A_VIP), right::log);
            assertTrue(stream.join().bytes() >= 25_000_000, right::log);
            assertEquals(handshakes, left.handshakes(), left::log);
        }
    }

    /** Gives the flow another port outside. */
    private static void map(Namespace nat, int port) {
        nat.run("nft", "flush chain ip nat post");
        nat.run("nft", "add rule ip nat post oifname wan ip protocol udp masquerade to :" + port);
        // The kernel forgets what was masqueraded behind an address that goes.
        nat.removeAddress("wan", "172.31.9.1/24");
        nat.address("wan", "172.31.9.1/24");
    }
}
