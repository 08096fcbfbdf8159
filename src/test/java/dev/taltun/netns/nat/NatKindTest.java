package dev.taltun.netns.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.Await;
import dev.taltun.netns.Lab;
import dev.taltun.netns.Namespace;
import dev.taltun.netns.NamespaceTest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The homes of the laboratory do what their kinds claim, seen with plain UDP.
 *
 * <pre>
 *   client 192.168.x.10:5000 ---- [router] ---- internet ---- server, other (public, port 4000)
 * </pre>
 */
@NamespaceTest
final class NatKindTest {
    private static final int PORT = 5000;
    private static final int SERVER_PORT = 4000;

    private final Lab lab = new Lab();
    private final Internet internet = new Internet(lab);

    @AfterEach
    void clean() {
        lab.close();
    }

    private static String address(InetSocketAddress of) {
        return of.getAddress().getHostAddress();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN")
    void mapsAsItSays(NatKind kind) {
        HomeRouter home = internet.home("n", kind);
        try (UdpPeer client = new UdpPeer(home.host("c"), PORT);
                UdpPeer server = new UdpPeer(internet.host("s"), SERVER_PORT);
                UdpPeer other = new UdpPeer(internet.host("o"), SERVER_PORT)) {
            client.send("one", "203.0.113.17", SERVER_PORT);
            client.send("two", "203.0.113.33", SERVER_PORT);
            InetSocketAddress one = server.hear("one");
            InetSocketAddress two = other.hear("two");
            assertEquals(home.outside(), address(one));
            assertEquals(home.outside(), address(two));
            if (kind == NatKind.RANDOM) {
                assertNotEquals(one.getPort(), two.getPort());
                assertNotEquals(PORT, one.getPort());
            } else {
                assertEquals(PORT, one.getPort());
                assertEquals(PORT, two.getPort());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN")
    void filtersAsItSays(NatKind kind) {
        HomeRouter home = internet.home("n", kind);
        Namespace host = home.host("c");
        if (kind == NatKind.OPEN_FILTER) {
            home.open(PORT, 0);
        }
        Namespace serverHost = internet.host("s");
        try (UdpPeer client = new UdpPeer(host, PORT);
                UdpPeer server = new UdpPeer(serverHost, SERVER_PORT);
                UdpPeer samePlace = new UdpPeer(serverHost, SERVER_PORT + 1);
                UdpPeer other = new UdpPeer(internet.host("o"), SERVER_PORT)) {
            client.send("hello", "203.0.113.17", SERVER_PORT);
            InetSocketAddress seen = server.hear("hello");
            other.send("stranger", seen);
            samePlace.send("other port", seen);
            server.send("answer", seen);
            Set<String> heard = client.hearUntil("answer").keySet();
            Set<String> expected =
                    kind == NatKind.OPEN_FILTER
                            ? Set.of("stranger", "other port", "answer")
                            : Set.of("answer");
            assertEquals(expected, heard);
        }
    }

    /** The difference between leaky and preserving: what a punch that comes too early leaves. */
    @ParameterizedTest
    @EnumSource(names = {"PRESERVING", "LEAKY"})
    void aStrayThatComesTooEarlyTakesThePortFromTheLeakyOneOnly(NatKind kind) {
        HomeRouter home = internet.home("n", kind);
        try (UdpPeer client = new UdpPeer(home.host("c"), PORT);
                UdpPeer server = new UdpPeer(internet.host("s"), SERVER_PORT);
                UdpPeer other = new UdpPeer(internet.host("o"), SERVER_PORT)) {
            client.send("hello", "203.0.113.17", SERVER_PORT);
            InetSocketAddress seen = server.hear("hello");
            other.send("too early", seen);
            client.send("to other", "203.0.113.33", SERVER_PORT);
            InetSocketAddress atOther = other.hear("to other");
            client.send("again", "203.0.113.17", SERVER_PORT);
            assertEquals(seen, server.hear("again"));
            if (kind == NatKind.LEAKY) {
                assertNotEquals(PORT, atOther.getPort());
            } else {
                assertEquals(PORT, atOther.getPort());
            }
        }
    }

    @Test
    void twoHostsBehindOneAddressDoNotShareAPort() {
        HomeRouter home = internet.home("n", NatKind.PRESERVING);
        try (UdpPeer first = new UdpPeer(home.host("c"), PORT);
                UdpPeer second = new UdpPeer(home.host("d"), PORT);
                UdpPeer server = new UdpPeer(internet.host("s"), SERVER_PORT)) {
            first.send("first", "203.0.113.17", SERVER_PORT);
            InetSocketAddress one = server.hear("first");
            second.send("second", "203.0.113.17", SERVER_PORT);
            InetSocketAddress two = server.hear("second");
            assertEquals(address(one), address(two));
            assertNotEquals(one.getPort(), two.getPort());
            // They see each other inside.
            first.send("neighbour", home.address(1), PORT);
            assertEquals(home.address(0), address(second.hear("neighbour")));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PRESERVING", "OPEN_FILTER"})
    void aHairpinNeedsAnOpenPort(NatKind kind) {
        HomeRouter home = internet.home("n", kind).hairpin();
        try (UdpPeer first = new UdpPeer(home.host("c"), PORT);
                UdpPeer second = new UdpPeer(home.host("d"), PORT + 1);
                UdpPeer server = new UdpPeer(internet.host("s"), SERVER_PORT)) {
            if (kind == NatKind.OPEN_FILTER) {
                home.open(PORT, 0);
            }
            first.send("hello", "203.0.113.17", SERVER_PORT);
            InetSocketAddress seen = server.hear("hello");
            second.send("round the corner", seen);
            second.send("inside", home.address(0), PORT);
            Set<String> heard = first.hearUntil("inside").keySet();
            assertEquals(kind == NatKind.OPEN_FILTER, heard.contains("round the corner"));
        }
    }

    @Test
    void twoLevelsShowTheOuterAddress() {
        HomeRouter outer = internet.home("n", NatKind.PRESERVING);
        HomeRouter inner = new HomeRouter(lab, "m", NatKind.PRESERVING, outer);
        try (UdpPeer client = new UdpPeer(inner.host("c"), PORT);
                UdpPeer server = new UdpPeer(internet.host("s"), SERVER_PORT)) {
            client.send("hello", "203.0.113.17", SERVER_PORT);
            InetSocketAddress seen = server.hear("hello");
            assertEquals(outer.outside(), address(seen));
            server.send("answer", seen);
            client.hear("answer");
        }
    }

    @Test
    void aMappingIsForgottenWhenItWasSilent() {
        HomeRouter home = internet.home("n", NatKind.PRESERVING).forgetAfter(2);
        try (UdpPeer client = new UdpPeer(home.host("c"), PORT);
                UdpPeer server = new UdpPeer(internet.host("s"), SERVER_PORT);
                UdpPeer other = new UdpPeer(internet.host("o"), SERVER_PORT)) {
            client.send("hello", "203.0.113.17", SERVER_PORT);
            InetSocketAddress seen = server.hear("hello");
            Await.until("the mapping to be forgotten", Duration.ofSeconds(20), () -> !mapped(home));
            server.send("too late", seen);
            client.send("hello", "203.0.113.33", SERVER_PORT);
            other.send("in time", other.hear("hello"));
            assertEquals(Set.of("in time"), client.hearUntil("in time").keySet());
        }
    }

    private static boolean mapped(HomeRouter home) {
        return home.router().run("cat", "/proc/net/nf_conntrack").output().contains("dport=4000");
    }

    @Test
    void aRebootChangesTheAddressAndForgets() {
        HomeRouter home = internet.home("n", NatKind.PRESERVING);
        String before = home.outside();
        try (UdpPeer client = new UdpPeer(home.host("c"), PORT);
                UdpPeer server = new UdpPeer(internet.host("s"), SERVER_PORT)) {
            client.send("hello", "203.0.113.17", SERVER_PORT);
            assertEquals(before, address(server.hear("hello")));
            home.reboot(5);
            assertEquals("203.0.113.5", home.outside());
            client.send("again", "203.0.113.17", SERVER_PORT);
            InetSocketAddress seen = server.hear("again");
            assertEquals("203.0.113.5", address(seen));
            server.send("old", before, PORT);
            server.send("new", seen);
            assertEquals(Set.of("new"), client.hearUntil("new").keySet());
        }
    }

    @Test
    void ipv6IsNotTranslatedButFiltered() {
        HomeRouter home = internet.home("n", NatKind.RANDOM).ipv6();
        Namespace serverHost = internet.host("s");
        try (UdpPeer client = new UdpPeer(home.host("c"), PORT);
                UdpPeer server = new UdpPeer(serverHost, SERVER_PORT);
                UdpPeer stranger = new UdpPeer(serverHost, SERVER_PORT + 1)) {
            client.send("hello", "2001:db8:1::1", SERVER_PORT);
            InetSocketAddress seen = server.hear("hello");
            assertTrue(address(seen).startsWith("2001:db8:100:"), seen::toString);
            assertEquals(PORT, seen.getPort());
            stranger.send("stranger", seen);
            server.send("answer", seen);
            assertEquals(Set.of("answer"), client.hearUntil("answer").keySet());
        }
    }

    @Test
    void aStrictFirewallLetsUdpThroughToOneAddressOnly() {
        HomeRouter home = internet.home("n", NatKind.PRESERVING).onlyTo("203.0.113.17");
        try (UdpPeer client = new UdpPeer(home.host("c"), PORT);
                UdpPeer server = new UdpPeer(internet.host("s"), SERVER_PORT);
                UdpPeer other = new UdpPeer(internet.host("o"), SERVER_PORT)) {
            client.send("forbidden", "203.0.113.33", SERVER_PORT);
            client.send("allowed", "203.0.113.17", SERVER_PORT);
            server.hear("allowed");
            server.send("between", "203.0.113.33", SERVER_PORT);
            assertEquals(Set.of("between"), other.hearUntil("between").keySet());
        }
    }

    @Test
    void theInternetBreaksBetweenTwoAddressesOnly() {
        try (UdpPeer a = new UdpPeer(internet.host("a"), PORT);
                UdpPeer b = new UdpPeer(internet.host("b"), PORT);
                UdpPeer c = new UdpPeer(internet.host("c"), PORT)) {
            internet.cut("203.0.113.1", "203.0.113.17");
            a.send("cut", "203.0.113.17", PORT);
            c.send("whole", "203.0.113.17", PORT);
            assertEquals(Set.of("whole"), b.hearUntil("whole").keySet());
            internet.heal();
            a.send("healed", "203.0.113.17", PORT);
            b.hear("healed");
        }
    }
}
