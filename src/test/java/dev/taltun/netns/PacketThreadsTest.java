package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** How many packet threads an engine starts, and where they run. */
@NamespaceTest
final class PacketThreadsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    /** As on a machine with that many CPUs. */
    @Test
    void thereAreAsManyAsTheCpusCarry() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            TaltunNode left = ((TaltunNode) hosts.left()).jvm("-XX:ActiveProcessorCount=8");
            TaltunNode right = ((TaltunNode) hosts.right()).jvm("-XX:ActiveProcessorCount=2");
            hosts.start();
            left.process().awaitLine("workers: 4, each a thread to send and one to receive$", SOON);
            right.process().awaitLine("workers: 1,", SOON);
            Iperf.Flow flow = Iperf.tcpBytes(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, "20M");
            assertTrue(flow.bytes() > 10_000_000, () -> flow + "\n" + hosts.logs());
        }
    }

    @Test
    void theDirectionsOfOneWorkerTakeDifferentCpus() throws IOException {
        boolean two = Runtime.getRuntime().availableProcessors() > 1;
        Assumptions.assumeTrue(two && allowed(Path.of("/proc/self")).startsWith("0-"));
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            TaltunNode left = ((TaltunNode) hosts.left()).flags("--cpus", "0-1");
            hosts.start();
            left.process().awaitLine("workers: 1, .*, on CPUs 0,1$", SOON);
            Map<String, String> expected =
                    Map.of("taltun-out-0", "0", "taltun-udp-0", "0", "taltun-in-0", "1");
            Map<String, String> placed = new TreeMap<>();
            try (Stream<Path> tasks =
                    Files.list(Path.of("/proc", left.process().pid() + "/task"))) {
                for (Path task : tasks.toList()) {
                    placed.put(Files.readString(task.resolve("comm")).strip(), allowed(task));
                }
            }
            placed.keySet().retainAll(expected.keySet());
            assertEquals(expected, placed);
        }
    }

    private static String allowed(Path task) throws IOException {
        String key = "Cpus_allowed_list:";
        return Files.readAllLines(task.resolve("status")).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip())
                .findFirst()
                .orElseThrow();
    }
}
