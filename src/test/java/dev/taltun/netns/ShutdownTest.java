package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left after Taltun ends: nothing. */
@NamespaceTest
final class ShutdownTest {
    /** Only so that a hang shows: how long it takes, the machine decides. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @ParameterizedTest(name = "SIG{0}")
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalEndsItAndNothingIsLeft(String signal) {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            Set<String> interfaces = hosts.a().interfaces();
            Set<String> routes = hosts.a().routes();
            hosts.start();
            assertTrue(hosts.a().interfaces().contains(hosts.left().device()));
            assertTrue(hosts.a().routes().size() > routes.size());
            // Not those on loopback, on which the packet path warms up.
            assertEquals(
                    1,
                    hosts.a().udpSockets().stream()
                            .filter(socket -> !isLoopback(socket))
                            .map(ShutdownTest::port)
                            .distinct()
                            .count());

            Background left = ((TaltunNode) hosts.left()).process();
            Shell.run("kill", "-" + signal, Long.toString(left.pid()));
            Outcome outcome = left.await(PATIENCE);

            assertEquals(0, outcome.exit(), outcome::output);
            assertEquals(interfaces, hosts.a().interfaces());
            assertEquals(routes, hosts.a().routes());
            assertEquals(Set.of(), hosts.a().udpSockets());
        }
    }

    /** Being asked to end while it still reads its configuration is no failure either. */
    @ParameterizedTest(name = "SIG{0}")
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalDuringTheStartEndsItTheSameWay(String signal) {
        try (Lab lab = new Lab()) {
            Namespace host = lab.namespace("a");
            Path pipe = lab.write("x", "").resolveSibling("pipe");
            Shell.run("mkfifo", pipe.toString());
            Background starting = host.start(Taltun.command("up", "-c", pipe.toString()));
            // Opening a pipe waits for its reader: then Java is up and Taltun reads.
            Background writer = host.start("sh", "-c", "exec 3>" + pipe + "; echo read; sleep 60");
            writer.awaitLine("read", PATIENCE);
            Shell.run("kill", "-" + signal, Long.toString(starting.pid()));
            Outcome outcome = starting.await(PATIENCE);
            assertEquals(0, outcome.exit(), outcome::output);
            assertEquals("", outcome.output().strip());
        }
    }

    /** The local address is the fourth column of {@code ss}. */
    private static boolean isLoopback(String socket) {
        return socket.contains("127.0.0.1") || socket.contains("[::1]");
    }

    private static String port(String socket) {
        String local = socket.split("\\s+")[3];
        return local.substring(local.lastIndexOf(':') + 1);
    }

    /** The device is not persistent, so the kernel itself takes it away from a killed process. */
    @Test
    void evenAKilledOneLeavesNothing() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            Set<String> interfaces = hosts.a().interfaces();
            Set<String> routes = hosts.a().routes();
            hosts.start();
            hosts.left().kill();
            Await.until(
                    "the device to go", PATIENCE, () -> interfaces.equals(hosts.a().interfaces()));
            assertEquals(routes, hosts.a().routes());
            assertEquals(Set.of(), hosts.a().udpSockets());
        }
    }

    @Test
    void aServerUnderTrafficEndsTheSameWay() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false).start()) {
            Background flood =
                    hosts.a().start("ping", "-n", "-i", "0.002", "-s", "1300", TwoHosts.RIGHT_VIP);
            Ping.await(hosts.b(), TwoHosts.LEFT_VIP, PATIENCE);
            Outcome outcome = hosts.right().terminate(PATIENCE);
            flood.kill();
            assertEquals(0, outcome.exit(), outcome::output);
        }
    }
}
