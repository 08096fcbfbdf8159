package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laboratory itself, proven with wireguard-go at both ends. */
@NamespaceTest
final class LabTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @ParameterizedTest(name = "outside over IPv6: {0}")
    @ValueSource(booleans = {false, true})
    void wireguardGoTalksToWireguardGo(boolean outerV6) {
        try (TwoHosts hosts =
                new TwoHosts(Node.Kind.WIREGUARD_GO, Node.Kind.WIREGUARD_GO, outerV6, true)) {
            hosts.start();
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP6, SOON);
            Ping.await(hosts.b(), TwoHosts.LEFT_VIP, SOON);
            assertTrue(((WireguardGoNode) hosts.left()).latestHandshake() > 0);
            assertTrue(((WireguardGoNode) hosts.right()).handshakes() > 0, hosts::logs);
            Iperf.Flow tcp = Iperf.tcp(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, 1);
            assertTrue(tcp.bitsPerSecond() > 1e6, tcp::toString);
            Iperf.Flow udp = Iperf.udp(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP6, 1, "5M");
            assertTrue(udp.bytes() > 400_000 && udp.lostPercent() < 5, udp::toString);
        }
    }

    @Test
    void closingLeavesNothing() {
        String name;
        Path directory;
        long pid;
        try (Lab lab = new Lab()) {
            Namespace namespace = lab.namespace("a");
            name = namespace.name();
            directory = lab.directory();
            lab.write("file", "content");
            // A process the lab was never told of, as a daemon that detaches would be.
            pid =
                    Long.parseLong(
                            namespace
                                    .run("sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!")
                                    .output()
                                    .strip());
            assertTrue(ProcessHandle.of(pid).isPresent());
        }
        assertFalse(Shell.run("ip", "netns", "list").output().contains(name));
        Await.until("the stray process to be gone", SOON, () -> ProcessHandle.of(pid).isEmpty());
        assertFalse(Files.exists(directory));
    }

    @Test
    void whatAKilledRunLeftIsSwept() {
        Background dead = Background.start(List.of("true"));
        dead.await(SOON);
        String name = "tt" + dead.pid() + "x1a";
        Shell.run("ip", "netns", "add", name);
        try (Lab lab = new Lab()) {
            assertFalse(Shell.run("ip", "netns", "list").output().contains(name), lab::toString);
        }
    }

    @Test
    void aFailingCommandShowsItsOutput() {
        try (Lab lab = new Lab()) {
            Namespace namespace = lab.namespace("a");
            AssertionError error =
                    assertThrows(
                            AssertionError.class,
                            () -> namespace.run("sh", "-c", "echo why it failed; exit 3"));
            assertTrue(error.getMessage().contains("why it failed"), error::getMessage);
            assertTrue(error.getMessage().contains("ended with 3"), error::getMessage);
        }
    }

    @Test
    void linesOfABackgroundProgramAreAwaited() {
        try (Lab lab = new Lab()) {
            Namespace namespace = lab.namespace("a");
            Background program =
                    namespace.start(
                            "sh", "-c", "echo first; sleep 0.2; echo second; exec sleep 600");
            assertEquals("second", program.awaitLine("^sec", SOON));
            assertEquals("first", program.awaitLine("^fir", SOON));
            assertThrows(
                    AssertionError.class, () -> program.awaitLine("third", Duration.ofMillis(200)));
            assertEquals(143, program.terminate(SOON).exit());
        }
    }
}
