package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.Node.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A hub with ten thousand peers, three prefixes each: it starts, serves, and lets them go. */
@NamespaceTest
final class ManyPeersTest {
    private static final int PEERS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static List<NodeSpec.Peer> strangers() {
        Random random = new Random(4);
        List<NodeSpec.Peer> peers = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            byte[] key = new byte[32];
            random.nextBytes(key);
            String host = "%d.%d".formatted(i >> 8, i & 0xff);
            peers.add(
                    new NodeSpec.Peer(
                            Base64.getEncoder().encodeToString(key),
                            "",
                            List.of("10.1." + host, "10.2." + host, "fd78::%x".formatted(i)),
                            ""));
        }
        return peers;
    }

    @Test
    void aHubOfTenThousandServesOneAndLetsTheOthersGo() {
        try (TwoHosts hosts = new TwoHosts(Kind.TALTUN, Kind.TALTUN, false, false)) {
            NodeSpec one = hosts.rightSpec();
            List<NodeSpec.Peer> peers = new ArrayList<>(strangers());
            peers.addAll(one.peers());
            TaltunNode hub =
                    new TaltunNode(
                            hosts.b(),
                            new NodeSpec(
                                    one.mode(), one.keys(), one.port(), one.addresses(), peers));
            hub.start();
            hosts.left().start();
            hosts.awaitTunnel();
            assertTrue(hosts.b().routes().size() > 3 * PEERS, "kernel routes");

            hub.reload(hub.config(one.peers()));
            hub.process()
                    .awaitLine("reloaded .*: 0 peers added, 10000 removed, 0 changed", PATIENCE);
            assertTrue(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP), hub::log);
            assertTrue(hosts.b().routes().size() < 20, "no kernel route is left over");
        }
    }
}
