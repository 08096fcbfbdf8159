package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.protocol.MessageType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody on the way who wants a session with another cipher suite than the two ends would agree
 * on. The suite is the second byte of every message.
 */
@NamespaceTest
final class SuiteAttackTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int SUITE = 1;
    private static final int AES = 1;
    private static final String AES_SESSION = TaltunNode.HANDSHAKE + ".*aes-256-gcm";

    private static TwoHosts hosts() {
        TwoHosts hosts = TwoHosts.apart(TALTUN, TALTUN);
        for (Node node : List.of(hosts.left(), hosts.right())) {
            ((TaltunNode) node).flags("--cipher", "aes-256-gcm");
        }
        return hosts;
    }

    private static TwoHosts connected() {
        TwoHosts hosts = hosts().start();
        awaitAes(hosts);
        return hosts;
    }

    private static void awaitAes(TwoHosts hosts) {
        for (Node node : List.of(hosts.left(), hosts.right())) {
            ((TaltunNode) node).process().awaitLine(AES_SESSION, SOON);
        }
    }

    private static boolean isHandshake(byte[] datagram) {
        return datagram[0] != MessageType.TRANSPORT_DATA;
    }

    /** Suites of the data that goes through while echoes are sent. */
    private static Set<Integer> suitesOfData(TwoHosts hosts) {
        Middleman.Record record = new Middleman.Record(Middleman.Meddler.HONEST);
        hosts.middleman().meddle(record);
        Ping.Series echoes = Ping.series(hosts.a(), TwoHosts.RIGHT_VIP, 20, Duration.ofMillis(10));
        assertEquals(0, echoes.lost(), hosts::logs);
        Set<Integer> suites = new TreeSet<>();
        for (Middleman.Record.Seen seen : record.seen()) {
            if (seen.type() == MessageType.TRANSPORT_DATA) {
                suites.add(seen.suite());
            }
        }
        return suites;
    }

    /** From the start on: no session comes about, whichever handshake message is altered. */
    @ParameterizedTest(name = "messages of type {0}")
    @ValueSource(ints = {MessageType.HANDSHAKE_INITIATION, MessageType.HANDSHAKE_RESPONSE})
    void alteredHandshakesFail(int type) {
        try (TwoHosts hosts = hosts()) {
            hosts.middleman()
                    .meddle(
                            (toRight, datagram) -> {
                                if (datagram[0] == type) {
                                    datagram[SUITE] ^= AES;
                                }
                                return List.of(datagram);
                            });
            hosts.right().start();
            hosts.left().start();
            Ping.Series none =
                    Ping.series(hosts.a(), TwoHosts.RIGHT_VIP, 20, Duration.ofMillis(100));
            assertEquals(0, none.received(), hosts::logs);
            assertEquals(0, ((TaltunNode) hosts.left()).handshakes(), hosts::logs);
            assertEquals(0, ((TaltunNode) hosts.right()).handshakes(), hosts::logs);
            hosts.middleman().meddle(Middleman.Meddler.HONEST);
            hosts.awaitTunnel();
            awaitAes(hosts);
        }
    }

    /** The handshake for the better suite fails, and is tried again; what there is stays. */
    @Test
    void alteringTheSecondHandshakeOnlyDelaysTheBetterSuite() {
        try (TwoHosts hosts = hosts()) {
            hosts.middleman()
                    .meddle(
                            (toRight, datagram) -> {
                                if (isHandshake(datagram) && datagram[SUITE] == AES) {
                                    datagram[SUITE] = 0;
                                }
                                return List.of(datagram);
                            });
            hosts.start();
            Ping.Series echoes =
                    Ping.series(hosts.a(), TwoHosts.RIGHT_VIP, 100, Duration.ofMillis(20));
            assertEquals(0, echoes.lost(), hosts::logs);
            assertEquals(0, ((TaltunNode) hosts.left()).process().count(AES_SESSION), hosts::logs);
            hosts.middleman().meddle(Middleman.Meddler.HONEST);
            awaitAes(hosts);
            assertEquals(Set.of(AES), suitesOfData(hosts));
        }
    }

    /** Altered data is dropped; the session is what it was. */
    @Test
    void alteredDataIsDropped() {
        try (TwoHosts hosts = connected()) {
            hosts.middleman()
                    .meddle(
                            (toRight, datagram) -> {
                                if (!isHandshake(datagram)) {
                                    datagram[SUITE] ^= AES;
                                }
                                return List.of(datagram);
                            });
            Ping.Series none =
                    Ping.series(hosts.a(), TwoHosts.RIGHT_VIP, 20, Duration.ofMillis(20));
            assertEquals(0, none.received(), hosts::logs);
            assertEquals(Set.of(AES), suitesOfData(hosts));
        }
    }

    /** HELLOs and all else of an earlier conversation, and forged ones, said again. */
    @Test
    void whatWasSaidBeforeChangesNothing() throws IOException {
        try (TwoHosts hosts = hosts()) {
            Middleman.Record record = new Middleman.Record(Middleman.Meddler.HONEST);
            hosts.middleman().meddle(record);
            hosts.start();
            awaitAes(hosts);
            List<Middleman.Record.Seen> said = new ArrayList<>(record.seen());
            assertTrue(said.stream().anyMatch(seen -> seen.suite() == 0), "suite 0 came first");
            long handshakes = ((TaltunNode) hosts.left()).handshakes();
            for (int round = 0; round < 3; round++) {
                for (Middleman.Record.Seen seen : said) {
                    byte[] bytes = seen.bytes().clone();
                    if (round > 0) {
                        bytes[SUITE] ^= AES;
                    }
                    // In the last round back to where it came from.
                    hosts.middleman().send(seen.toRight() == (round < 2), bytes);
                }
            }
            assertEquals(Set.of(AES), suitesOfData(hosts));
            assertEquals(handshakes, ((TaltunNode) hosts.left()).handshakes(), hosts::logs);
        }
    }
}
