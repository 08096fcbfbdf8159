package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static dev.taltun.netns.Node.Kind.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tunnels that live on under new keys and new addresses. */
@NamespaceTest
final class RecoveryTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    /** A side that lost its peer notices after 10 + 5 s of unanswered packets (paper, 6.2). */
    private static final Duration NOTICED = Duration.ofSeconds(30);

    private static final String REKEY_SOON = "-Dtaltun.rekeyAfterSeconds=3";

    /** New keys under traffic, and not one packet is lost; initiations stay 5 s apart. */
    @ParameterizedTest(name = "with {0}")
    @EnumSource(Node.Kind.class)
    void rekeyingLosesNothing(Node.Kind right) {
        try (TwoHosts hosts = new TwoHosts(TALTUN, right, false, true)) {
            for (Node node : List.of(hosts.left(), hosts.right())) {
                if (node instanceof TaltunNode taltun) {
                    taltun.jvm(REKEY_SOON);
                }
            }
            hosts.start();
            long before = handshakes(hosts.right());
            Background echoes =
                    Ping.start(hosts.a(), TwoHosts.RIGHT_VIP, 350, Duration.ofMillis(20));
            // Paced well below what the machine can do, so that no queue is ever full.
            Iperf.Flow load = Iperf.udp(hosts.b(), hosts.a(), TwoHosts.LEFT_VIP, 6, "5M");
            Ping.Series series = Ping.finish(echoes, NOTICED);
            long done = handshakes(hosts.right()) - before;
            assertTrue(done >= 1, () -> done + " handshakes\n" + hosts.logs());
            assertEquals(0, series.lost(), () -> series + "\n" + hosts.logs());
            assertEquals(0, load.lostPercent(), () -> load + "\n" + hosts.logs());
        }
    }

    private static long handshakes(Node node) {
        return node instanceof TaltunNode taltun
                ? taltun.handshakes()
                : ((WireguardGoNode) node).handshakes();
    }

    /** A peer taken out and put back by its administrator has forgotten every session. */
    @Test
    void aPeerThatForgotTheSessionIsMetAnew() {
        try (TwoHosts hosts = new TwoHosts(WIREGUARD_GO, TALTUN, false, false).start()) {
            WireguardGoNode left = (WireguardGoNode) hosts.left();
            NodeSpec.Peer right = hosts.leftSpec().peers().getFirst();
            for (int i = 0; i < 3; i++) {
                left.removePeer(right);
                left.addPeer(right);
                Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, NOTICED);
            }
        }
    }

    static List<Arguments> pairs() {
        return List.of(
                Arguments.of(TALTUN, TALTUN),
                Arguments.of(TALTUN, WIREGUARD_GO),
                Arguments.of(WIREGUARD_GO, TALTUN));
    }

    @ParameterizedTest(name = "{0} moves, {1} follows")
    @MethodSource("pairs")
    void theSideThatMovesIsFollowed(Node.Kind left, Node.Kind right) {
        try (TwoHosts hosts = new TwoHosts(left, right, false, false).start()) {
            hosts.a().removeAddress("eth0", TwoHosts.LEFT_OUTER + "/24");
            hosts.a().address("eth0", "172.31.9.11/24");
            // wireguard-go holds on to the source address it lost until it gives the session up.
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, left == TALTUN ? SOON : NOTICED);
            Ping.await(hosts.b(), TwoHosts.LEFT_VIP, SOON);
            if (hosts.right() instanceof WireguardGoNode node) {
                assertEquals("172.31.9.11:" + TwoHosts.LEFT_PORT, node.endpoint());
            }
        }
    }

    /** Also the side with the fixed endpoint may move: it is followed once it speaks. */
    @Test
    void theServerMayMoveToo() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false).start()) {
            hosts.b().removeAddress("eth0", TwoHosts.RIGHT_OUTER + "/24");
            hosts.b().address("eth0", "172.31.9.12/24");
            Ping.await(hosts.b(), TwoHosts.LEFT_VIP, SOON);
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, SOON);
        }
    }
}
