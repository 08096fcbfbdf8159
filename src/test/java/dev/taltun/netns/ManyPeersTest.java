package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.Node.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A hub with ten thousand peers, three prefixes each: it starts, serves, and lets them go. */
@NamespaceTest
final class ManyPeersTest {
    private static final int PEERS = 10_000;
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)$");
    private static final Pattern OTHER = Pattern.compile(" Other \\(reserved=(\\d+)KB");
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

    /** Bytes of all that is alive on the heap, and of what the engine allocated beside it. */
    private static long memory(TaltunNode hub) {
        Matcher heap = TOTAL.matcher(ask(hub, "GC.class_histogram"));
        Matcher beside = OTHER.matcher(ask(hub, "VM.native_memory", "summary", "scale=KB"));
        assertTrue(heap.find() && beside.find());
        return Long.parseLong(heap.group(1)) + 1024 * Long.parseLong(beside.group(1));
    }

    private static String ask(TaltunNode hub, String... question) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/jcmd");
        command.add(Long.toString(hub.process().pid()));
        command.addAll(List.of(question));
        return hub.namespace().run(command.toArray(String[]::new)).output();
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
            hub.jvm("-XX:NativeMemoryTracking=summary");
            long start = System.nanoTime();
            hub.start();
            long millis = (System.nanoTime() - start) / 1_000_000;
            hosts.left().start();
            hosts.awaitTunnel();
            assertTrue(hosts.b().routes().size() > 3 * PEERS, "kernel routes");
            long memory = memory(hub);

            hub.reload(hub.config(one.peers()));
            hub.process()
                    .awaitLine("reloaded .*: 0 peers added, 10000 removed, 0 changed", PATIENCE);
            assertTrue(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP), hub::log);
            assertTrue(hosts.b().routes().size() < 20, "no kernel route is left over");
            long bytesEach = (memory - memory(hub)) / PEERS;
            System.out.println(
                    PEERS + " peers: up in " + millis + " ms, " + bytesEach + " bytes each");
            assertTrue(bytesEach > 500 && bytesEach < 4096, bytesEach + " bytes for a peer");
        }
    }
}
