package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.Node.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A flood of forged initiations from everywhere: who is connected stays so, who is not gets in.
 *
 * <pre>
 *   a  10.77.0.1 ---- 10.77.0.2  b  ---- c  10.88.0.9, and the attacker as 10.66.x.y
 *      172.31.9.1     172.31.9.2    172.31.10.2    172.31.10.9
 * </pre>
 */
@NamespaceTest
final class FloodTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String C_VIP = "10.88.0.9";
    private static final int PER_SECOND = 100_000;
    private static final int SECONDS = 15;

    @ParameterizedTest
    @ValueSource(strings = {"marked", "single", "unmarked"})
    void aFlowGoesOnAndANewPeerGetsIn(String kind) {
        try (TwoHosts hosts = new TwoHosts(Kind.TALTUN, Kind.TALTUN, false, false)) {
            Namespace c = hosts.lab().namespace("c");
            hosts.lab().link(c, "eth0", hosts.b(), "eth1");
            c.address("eth0", "172.31.10.9/24");
            hosts.b().address("eth1", "172.31.10.2/24");
            // Answers to forged addresses go back to where they came from, and nowhere.
            hosts.b().route("10.66.0.0/16", "172.31.10.9");
            Keys keys = Keys.generate();
            TaltunNode right = (TaltunNode) hosts.right();
            hosts.start();
            List<NodeSpec.Peer> peers = new ArrayList<>(hosts.rightSpec().peers());
            peers.add(new NodeSpec.Peer(keys.publicKey(), "", List.of(C_VIP), ""));
            right.reload(right.config(peers));
            right.process().awaitLine("reloaded", SOON);

            Background flood =
                    Flood.start(
                            c,
                            kind,
                            "172.31.10.2",
                            TwoHosts.RIGHT_PORT,
                            PER_SECOND,
                            SECONDS,
                            hosts.rightSpec().keys());
            flood.awaitLine("flooding", SOON);
            NodeSpec.Peer hub =
                    new NodeSpec.Peer(
                            hosts.rightSpec().keys().publicKey(),
                            "",
                            List.of(TwoHosts.RIGHT_VIP),
                            "172.31.10.2:" + TwoHosts.RIGHT_PORT);
            TaltunNode newcomer =
                    new TaltunNode(
                            c,
                            new NodeSpec(
                                    "client", keys, 51823, List.of(C_VIP + "/24"), List.of(hub)));
            newcomer.start();
            Ping.await(c, TwoHosts.RIGHT_VIP, SOON);
            Iperf.Flow flow = Iperf.tcp(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, 3);
            assertTrue(flow.bytes() > 0, hosts::logs);
            assertTrue(flood.isAlive(), "all of it under the flood: " + flood);
            Outcome end = flood.await(SOON);
            assertEquals(0, end.exit(), end::output);
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, SOON);
        }
    }
}
