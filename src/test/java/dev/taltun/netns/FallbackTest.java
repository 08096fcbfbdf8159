package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kernel refuses or limits while a tunnel runs, and that streams arrive all the same. */
@NamespaceTest
final class FallbackTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String AMOUNT = "20M";
    private static final long LEAST = 10_000_000;
    private static final String TOLD = "kernel refused|udp_gso is off|tun_... is off";

    private static void streams(TwoHosts hosts) {
        for (Iperf.Flow flow :
                List.of(
                        Iperf.tcpBytes(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, AMOUNT),
                        Iperf.tcpBytes(hosts.b(), hosts.a(), TwoHosts.LEFT_VIP6, AMOUNT))) {
            assertTrue(flow.bytes() > LEAST, () -> flow + "\n" + hosts.logs());
        }
    }

    private static void outside(TwoHosts hosts, String... settings) {
        for (Namespace host : List.of(hosts.a(), hosts.b())) {
            for (String setting : settings) {
                host.run(("ip link set dev eth0 " + setting).split(" "));
            }
        }
    }

    /** No run of datagrams fits into such a network's packets; each datagram is fragmented. */
    @Test
    void aNetworkWithASmallMtu() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false).start()) {
            streams(hosts);
            assertEquals(0, ((TaltunNode) hosts.left()).process().count(TOLD), hosts::logs);
            outside(hosts, "mtu 1300");
            streams(hosts);
            for (Node node : List.of(hosts.left(), hosts.right())) {
                Background process = ((TaltunNode) node).process();
                process.awaitLine("refused a run of datagrams", SOON);
                assertEquals(1, process.count(TOLD), hosts::logs);
            }
        }
    }

    /** The kernel cuts runs that are too long for such a device by itself. */
    @Test
    void aDeviceThatTakesOnlyShortRuns() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false).start()) {
            outside(hosts, "gso_max_size 4000", "gso_max_segs 2");
            streams(hosts);
            assertEquals(0, ((TaltunNode) hosts.left()).process().count(TOLD), hosts::logs);
        }
    }

    /** The same for the tunnel's own device. */
    @Test
    void aTunnelDeviceThatTakesOnlySmallSuperPackets() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false).start()) {
            for (Node node : List.of(hosts.left(), hosts.right())) {
                node.namespace()
                        .run("ip", "link", "set", "dev", node.device(), "gso_max_size", "4000");
            }
            streams(hosts);
        }
    }

    /** A peer may have a larger MTU, and sends packets as large as that. */
    @Test
    void packetsLargerThanTheOwnMtuArriveWithoutGro() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            ((TaltunNode) hosts.left()).flags("--mtu", "9000");
            ((TaltunNode) hosts.right()).flags("--mtu", "1420", "--udp-gro", "off");
            hosts.start();
            String ping = "ping -n -c 5 -i 0.2 -W 2 -s 8000 " + TwoHosts.RIGHT_VIP;
            Outcome echoes = hosts.a().attempt(SOON, ping.split(" "));
            assertTrue(echoes.output().contains(" 5 received"), echoes::output);
        }
    }
}
