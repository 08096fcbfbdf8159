package dev.taltun.netns.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.Await;
import dev.taltun.netns.Background;
import dev.taltun.netns.Namespace;
import dev.taltun.netns.NamespaceTest;
import dev.taltun.netns.Ping;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A node whose machine has two lines to the internet, and changes from one to the other. Prints how
 * long that was felt.
 *
 * <pre>
 *   left  eth0 203.0.113.17 ---.
 *         eth1 203.0.113.33 --- internet --- 203.0.113.49 right
 *                                  |
 *                            203.0.113.1 lighthouse
 * </pre>
 */
@NamespaceTest
final class NetworkChangeTest {
    private static final String WHEN_ASKED = "half a minute; -Dtaltun.nat=all";

    /** Without news of the machine a node registers every 10 to 20 seconds. */
    private static final Duration WELL_BEFORE_ANY_TIMER = Duration.ofSeconds(5);

    private static final Duration LENGTH = Duration.ofSeconds(8);

    private static final String FIRST = "203.0.113.17";
    private static final String FIRST_GATEWAY = "203.0.113.30";
    private static final String SECOND = "203.0.113.33";
    private static final String SECOND_GATEWAY = "203.0.113.46";

    private final Rendezvous meeting = new Rendezvous();
    private Namespace left;

    @BeforeEach
    void twoLines() {
        Internet internet = meeting.lighthouses(1).internet();
        left = internet.host("a");
        ip("route", "del", "default");
        ip("-6", "route", "del", "default");
        internet.attach(left, "eth1");
        ip("route", "del", "default");
        ip("route", "add", "default", "via", FIRST_GATEWAY, "metric", "10");
        ip("route", "add", "default", "via", SECOND_GATEWAY, "metric", "20");
        meeting.nodes(left, internet.host("b")).start("");
        assertEquals(FIRST, seenAt());
    }

    @AfterEach
    void clean() {
        meeting.close();
    }

    private void ip(String... words) {
        String[] command = new String[words.length + 1];
        command[0] = "ip";
        System.arraycopy(words, 0, command, 1, words.length);
        left.run(command);
    }

    /** Where the lighthouse sees the node. */
    private String seenAt() {
        return meeting.lighthouse(0)
                .sees(meeting.left())
                .endpoint()
                .orElse("")
                .replaceFirst(":\\d+$", "");
    }

    private void awaitSeenAt(String address) {
        long from = System.nanoTime();
        Await.until(
                "the lighthouse sees the node at " + address,
                WELL_BEFORE_ANY_TIMER,
                () -> seenAt().equals(address),
                meeting::logs);
        System.out.println("registered anew after " + Duration.ofNanos(System.nanoTime() - from));
        Ping.Series series = Ping.series(left, meeting.right().vip(), 100, Duration.ofMillis(10));
        assertEquals(0, series.lost(), meeting::logs);
    }

    @Test
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void anotherRoute() {
        ip("route", "replace", "default", "via", SECOND_GATEWAY, "metric", "5");
        awaitSeenAt(SECOND);
    }

    @Test
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void aLinkThatGoesDown() {
        ip("link", "set", "eth0", "down");
        awaitSeenAt(SECOND);
    }

    @Test
    void anotherAddress() {
        String other = "203.0.113.18";
        ip("addr", "del", FIRST + "/28", "dev", "eth0");
        ip("addr", "add", other + "/28", "dev", "eth0");
        ip("route", "add", "default", "via", FIRST_GATEWAY, "metric", "10");
        awaitSeenAt(other);
    }

    @Test
    void trafficGoesOn() {
        assertTrue(Cell.of(meeting, Duration.ofSeconds(5)).direct(), meeting::logs);
        Background ping = Outage.start(meeting, LENGTH);
        ping.awaitLine("icmp_seq=50 ", LENGTH);
        ip("link", "set", "eth0", "down");
        Outage outage = Outage.finish(ping, LENGTH);
        System.out.println("the link in use goes down, another is there: " + outage);
        assertTrue(outage.longestMillis() < LENGTH.toMillis() / 2, meeting::logs);
        assertEquals(SECOND, seenAt());
    }
}
