package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What users see of a way through the hub with the tools that they have. {@link HubTest} asks for
 * the same with {@code ping} alone, which is there always.
 */
@NamespaceTest
final class HubPathTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private static boolean exists(String tool) {
        return Stream.of("/usr/bin/", "/usr/sbin/").anyMatch(at -> Files.exists(Path.of(at, tool)));
    }

    @ParameterizedTest
    @CsvSource({"traceroute, -4", "traceroute, -6", "tracepath, -4", "tracepath, -6"})
    void theHubIsTheFirstHop(String tool, String family) {
        assumeTrue(exists(tool), tool + " is not installed");
        boolean ipv4 = family.equals("-4");
        String target = ipv4 ? HubAndSpokes.vip(2) : HubAndSpokes.vip6(2);
        String hub = ipv4 ? HubAndSpokes.HUB_VIP : HubAndSpokes.HUB_VIP6;
        try (HubAndSpokes net = new HubAndSpokes(TALTUN, TALTUN)) {
            net.hub().flags("--mtu", "1300");
            net.start();
            Ping.await(net.host(1), target, SOON);
            String path = net.host(1).run(tool, family, "-n", "-m", "5", target).output();
            String[] hops =
                    path.lines()
                            .map(String::strip)
                            .filter(line -> line.matches("[12]:? +[0-9a-f:.]+ .*"))
                            .toArray(String[]::new);
            assertTrue(hops.length >= 2, path);
            assertTrue(Stream.of(hops).anyMatch(hop -> at(hop, "1", hub)), path);
            assertTrue(Stream.of(hops).anyMatch(hop -> at(hop, "2", target)), path);
            if (tool.equals("tracepath")) {
                assertTrue(path.contains("pmtu 1300"), path);
                assertTrue(path.contains("hops 2 back 2"), path);
            }
        }
    }

    private static boolean at(String line, String hop, String address) {
        return line.matches(hop + ":? +" + java.util.regex.Pattern.quote(address) + " .*");
    }

    /** The widest, the hub as the rest of the world, and one behind a narrow line. */
    @Test
    void spokesOfDifferentMtusUnderstandEachOther() {
        try (HubAndSpokes net = new HubAndSpokes(TALTUN, TALTUN, TALTUN)) {
            ((TaltunNode) net.spoke(1)).flags("--mtu", "8000");
            ((TaltunNode) net.spoke(3)).flags("--mtu", "1280");
            net.start();
            for (int from = 1; from <= 3; from++) {
                for (int to = 1; to <= 3; to++) {
                    if (from != to) {
                        Ping.await(net.host(from), HubAndSpokes.vip(to), SOON);
                        flow(net, from, to, HubAndSpokes.vip(to));
                        flow(net, from, to, HubAndSpokes.vip6(to));
                    }
                }
            }
            // Learned from the hub, which is the narrow place between 1 and 2.
            Namespace wide = net.host(1);
            Outcome tooBig =
                    wide.attempt(
                            SOON,
                            "ping",
                            "-n",
                            "-c",
                            "1",
                            "-W",
                            "2",
                            "-M",
                            "do",
                            "-s",
                            "1500",
                            HubAndSpokes.vip(2));
            assertTrue(tooBig.exit() != 0, tooBig::output);
            assertTrue(tooBig.output().contains("1420"), tooBig::output);
            Outcome whole =
                    wide.attempt(SOON, "ping", "-n", "-c", "1", "-M", "dont", "-s", "5000", vip(2));
            assertEquals(0, whole.exit(), whole::output);
        }
    }

    private static String vip(int spoke) {
        return HubAndSpokes.vip(spoke);
    }

    private static void flow(HubAndSpokes net, int from, int to, String target) {
        Iperf.Flow flow = Iperf.tcpBytes(net.host(from), net.host(to), target, "20M");
        assertTrue(flow.bytes() > 10_000_000, () -> flow + "\n" + net.logs());
    }
}
