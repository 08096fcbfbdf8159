package dev.taltun.netns;

import java.time.Duration;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tunnels that live on over restarts and crashes. Most of it is waiting, so it waits at once. */
@NamespaceTest
@Execution(ExecutionMode.CONCURRENT)
final class RestartTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    /** A side that lost its peer notices after 10 + 5 s of unanswered packets (paper, 6.2). */
    private static final Duration NOTICED = Duration.ofSeconds(30);

    @ParameterizedTest(name = "{0} opens to {1}; ends of: {2}; by SIGKILL: {3}")
    @CsvSource({
        "TALTUN, TALTUN, left, false",
        "TALTUN, TALTUN, left, true",
        "TALTUN, TALTUN, right, true",
        "TALTUN, WIREGUARD_GO, left, true",
        "TALTUN, WIREGUARD_GO, right, false",
        "WIREGUARD_GO, TALTUN, right, false"
    })
    void theTunnelComesBackAfterOneSideEnds(
            Node.Kind left, Node.Kind right, String which, boolean crash) {
        try (TwoHosts hosts = new TwoHosts(left, right, false, false).start()) {
            Node node = "left".equals(which) ? hosts.left() : hosts.right();
            if (crash) {
                node.kill();
            } else {
                node.terminate(SOON);
            }
            node.start();
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, NOTICED);
            Ping.await(hosts.b(), TwoHosts.LEFT_VIP, SOON);
        }
    }
}
