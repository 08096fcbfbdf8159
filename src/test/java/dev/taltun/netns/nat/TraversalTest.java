package dev.taltun.netns.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.Await;
import dev.taltun.netns.Background;
import dev.taltun.netns.Namespace;
import dev.taltun.netns.NamespaceTest;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two nodes that find each other where home networks make that hard, and keep their path, or
 * another one, when something on the way dies. Prints what came of it. Most of it takes minutes:
 * {@code -Dtaltun.nat=all}.
 */
@NamespaceTest
final class TraversalTest {
    private static final String WHEN_ASKED = "minutes; -Dtaltun.nat=all";

    private static final Duration DIRECT = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** A path that failed is tried again within a minute. */
    private static final Duration AGAIN = Duration.ofSeconds(75);

    private final Rendezvous meeting = new Rendezvous();

    @AfterEach
    void clean() {
        meeting.close();
    }

    private Cell meet(String what) {
        Cell cell = Cell.of(meeting, DIRECT);
        System.out.println(what + ": " + cell);
        return cell;
    }

    private void assertDirect(Cell cell) {
        assertTrue(cell.direct(), () -> cell + "\n" + meeting.logs());
        assertEquals(0, cell.lost(), () -> cell + "\n" + meeting.logs());
    }

    /** Only who has something to say looks for a better path. */
    private void awaitDirectAgain() {
        Outage.start(meeting, AGAIN);
        Await.until("a direct path again", AGAIN, meeting::isDirect, meeting::logs);
    }

    /** Whether the left node knows that this is its address outside. */
    private boolean isSeenAt(String address) {
        return meeting.left()
                .path(meeting.lighthouse(0))
                .observed()
                .map(seen -> seen.startsWith(address + ":"))
                .orElse(false);
    }

    private String endpoint() {
        return meeting.left().sees(meeting.right()).endpoint().orElse("");
    }

    @Test
    void neighboursMeetInside() {
        HomeRouter home = meeting.lighthouses(1).internet().home("n", NatKind.PRESERVING);
        meeting.nodes(home.host("a"), home.host("b")).start("");
        assertDirect(meet("both behind one NAT"));
        assertEquals(home.address(1) + ":" + Rendezvous.PORT, endpoint(), meeting::logs);
    }

    /** The router could lead them to each other by its address outside, too. */
    @Test
    void neighboursMeetInsideAlthoughTheRouterHairpins() {
        HomeRouter home = hairpin();
        assertDirect(meet("both behind one NAT that hairpins"));
        assertEquals(inside(home, 1), endpoint(), meeting::logs);
        assertEquals(inside(home, 0), endpointSeenByRight(), meeting::logs);
    }

    /** As when one of them comes home, and finds the other by the address that it knows. */
    @Test
    void neighboursMoveInsideAsSoonAsTheyCan() {
        HomeRouter home = hairpin();
        forbid(meeting.left(), home.address(1));
        forbid(meeting.right(), home.address(0));
        assertDirect(meet("both behind one NAT that hairpins, the way inside is closed"));
        assertEquals(home.outside() + ":" + Rendezvous.PORT, endpointSeenByRight(), meeting::logs);
        Background ping = Outage.start(meeting, PATIENCE);
        meeting.left().host().run("nft", "delete table inet shut");
        meeting.right().host().run("nft", "delete table inet shut");
        meeting.right().host().address("eth0", "192.0.2.9/32");
        Await.until(
                "both inside",
                PATIENCE,
                () ->
                        inside(home, 1).equals(endpoint())
                                && inside(home, 0).equals(endpointSeenByRight()),
                meeting::logs);
        Outage outage = Outage.finish(ping, PATIENCE);
        System.out.println("the way inside opens: " + outage);
        assertEquals(0, outage.lost(), meeting::logs);
        assertEquals(inside(home, 1), endpoint(), meeting::logs);
        assertEquals(inside(home, 0), endpointSeenByRight(), meeting::logs);
    }

    /** Who has found the way inside does not stay where the other was. */
    @Test
    void aNeighbourGetsAnotherAddress() {
        HomeRouter home = hairpin();
        assertDirect(meet("both behind one NAT"));
        Background ping = Outage.start(meeting, PATIENCE);
        ping.awaitLine("icmp_seq=50 ", PATIENCE);
        Namespace host = meeting.left().host();
        String other = home.address(0).replaceFirst("\\d+$", "99");
        host.removeAddress("eth0", home.address(0) + "/24");
        host.address("eth0", other + "/24");
        host.route("default", home.address(0).replaceFirst("\\d+$", "1"));
        Outage outage = Outage.finish(ping, PATIENCE);
        System.out.println("a neighbour gets another address: " + outage);
        assertTrue(outage.longestMillis() < 2000, outage + meeting.logs());
        assertEquals(other + ":" + Rendezvous.PORT, endpointSeenByRight(), meeting::logs);
        assertEquals(inside(home, 1), endpoint(), meeting::logs);
    }

    private HomeRouter hairpin() {
        HomeRouter home = meeting.lighthouses(1).internet().home("n", NatKind.OPEN_FILTER);
        meeting.nodes(home.host("a"), home.host("b"));
        home.open(Rendezvous.PORT, 0).hairpin();
        meeting.start("");
        return home;
    }

    private static String inside(HomeRouter home, int i) {
        return home.address(i) + ":" + Rendezvous.PORT;
    }

    private String endpointSeenByRight() {
        return meeting.right().sees(meeting.left()).endpoint().orElse("");
    }

    /** Nothing from that address arrives at the node. */
    private static void forbid(Rendezvous.Member node, String address) {
        Namespace host = node.host();
        host.run("nft", "add table inet shut");
        host.run("nft", "add chain inet shut in { type filter hook input priority 0 ; }");
        host.run("nft", "add rule inet shut in ip saddr " + address + " drop");
    }

    /** No punching helps a random NAT against one that filters: the port that is forwarded does. */
    @Test
    void whatANodeAdvertisesIsDialled() {
        Internet internet = meeting.lighthouses(1).internet();
        HomeRouter random = internet.home("n", NatKind.RANDOM);
        HomeRouter forwarding = internet.home("o", NatKind.PRESERVING);
        meeting.nodes(random.host("a"), forwarding.host("b"));
        int port = 41_000;
        forwarding.forward(port, 0, Rendezvous.PORT);
        String advertised = forwarding.outside() + ":" + port;
        meeting.start("", "advertise = [\"" + advertised + "\"]");
        assertDirect(meet("a port that is forwarded and advertised"));
        assertEquals(advertised, endpoint(), meeting::logs);
    }

    @Test
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void twoLevelsOfNat() {
        Internet internet = meeting.lighthouses(1).internet();
        HomeRouter outer = internet.home("n", NatKind.PRESERVING);
        HomeRouter inner = new HomeRouter(meeting.lab(), "m", NatKind.PRESERVING, outer);
        Namespace right = internet.home("o", NatKind.PRESERVING).host("b");
        meeting.nodes(inner.host("a"), right).start("");
        assertDirect(meet("two levels of NAT"));
    }

    @Test
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void ipv6WorksWhereIpv4IsHopeless() {
        Internet internet = meeting.lighthouses(1).internet();
        Namespace left = internet.home("n", NatKind.RANDOM).ipv6().host("a");
        Namespace right = internet.home("o", NatKind.RANDOM).ipv6().host("b");
        meeting.nodes(left, right).start("");
        assertDirect(meet("IPv6 where IPv4 is hopeless"));
        assertTrue(endpoint().startsWith("[2001:db8:"), this::endpoint);
    }

    @Test
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void aFirewallThatLetsTheLighthouseThroughOnly() {
        Internet internet = meeting.lighthouses(1).internet();
        HomeRouter strict = internet.home("n", NatKind.PRESERVING);
        strict.onlyTo(meeting.lighthouseAddress(0));
        Namespace right = internet.home("o", NatKind.PRESERVING).host("b");
        meeting.nodes(strict.host("a"), right).start("");
        Cell cell = meet("UDP to the lighthouse only");
        assertFalse(cell.direct());
        assertEquals(0, cell.lost(), meeting::logs);
        assertFalse(cell.reason().isBlank(), meeting::logs);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 0})
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void aNatThatForgetsAfterFifteenSeconds(int keepalive) {
        Internet internet = meeting.lighthouses(1).internet();
        HomeRouter one = internet.home("n", NatKind.PRESERVING).forgetAfter(15);
        HomeRouter other = internet.home("o", NatKind.PRESERVING).forgetAfter(15);
        meeting.nodes(one.host("a"), other.host("b")).start("keepalive = " + keepalive);
        assertDirect(meet("NAT that forgets after 15 s"));
        Duration silence = Duration.ofSeconds(25);
        meeting.left().host().run("sleep", Long.toString(silence.toSeconds()));
        Cell after = meet("the same after 25 s of silence");
        assertEquals(0, after.lost(), meeting::logs);
    }

    @Test
    void aNatThatComesBackWithAnotherAddress() {
        Internet internet = meeting.lighthouses(1).internet();
        HomeRouter one = internet.home("n", NatKind.PRESERVING);
        HomeRouter other = internet.home("o", NatKind.PRESERVING);
        meeting.nodes(one.host("a"), other.host("b")).start("");
        assertDirect(meet("before the NAT's reboot"));
        Duration length = Duration.ofSeconds(8);
        Background ping = Outage.start(meeting, length);
        ping.awaitLine("icmp_seq=50 ", PATIENCE);
        one.reboot(29);
        Await.until(
                "the new address is known", PATIENCE, () -> isSeenAt(one.outside()), meeting::logs);
        Outage outage = Outage.finish(ping, length);
        System.out.println("NAT reboot with another address: " + outage);
        assertTrue(outage.longestMillis() < length.toMillis() / 2, meeting::logs);
        awaitDirectAgain();
        assertTrue(isSeenAt(one.outside()), meeting::logs);
    }

    @Test
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void aDirectPathThatDiesSilentlyIsLeft() {
        Outage outage = cut(false);
        System.out.println("direct path cut silently: " + outage);
        meeting.internet().heal();
        awaitDirectAgain();
    }

    @Test
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void aDirectPathThatIsRefusedIsLeft() {
        System.out.println("direct path refused: " + cut(true));
    }

    private Outage cut(boolean refused) {
        Internet internet = meeting.lighthouses(1).internet();
        HomeRouter one = internet.home("n", NatKind.PRESERVING);
        HomeRouter other = internet.home("o", NatKind.PRESERVING);
        meeting.nodes(one.host("a"), other.host("b")).start("");
        assertDirect(meet("before the cut"));
        Duration length = Duration.ofSeconds(12);
        Background ping = Outage.start(meeting, length);
        ping.awaitLine("icmp_seq=50 ", PATIENCE);
        if (refused) {
            internet.refuse(one.outside(), other.outside());
        } else {
            internet.cut(one.outside(), other.outside());
        }
        Outage outage = Outage.finish(ping, length);
        assertFalse(meeting.isDirect(), meeting::logs);
        assertTrue(outage.longestMillis() < length.toMillis() / 2, meeting::logs);
        return outage;
    }

    @Test
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void trafficSurvivesTheLighthouseThatRelaysIt() {
        meeting.lighthouses(2).nodes(NatKind.RANDOM, NatKind.RANDOM).start("");
        assertFalse(meet("before a lighthouse dies").direct());
        String relay = meeting.left().path(meeting.right()).relay().orElseThrow();
        int used = relay.equals("beacon0") ? 0 : 1;
        Duration length = Duration.ofSeconds(15);
        Background ping = Outage.start(meeting, length);
        ping.awaitLine("icmp_seq=50 ", PATIENCE);
        meeting.lighthouse(used).process().kill();
        Outage outage = Outage.finish(ping, length);
        System.out.println("the lighthouse that relays dies, another is there: " + outage);
        assertTrue(outage.longestMillis() < length.toMillis() / 2, meeting::logs);
    }

    @Test
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "all", disabledReason = WHEN_ASKED)
    void trafficSurvivesARestartOfTheOnlyLighthouse() {
        meeting.lighthouses(1).nodes(NatKind.RANDOM, NatKind.RANDOM).start("");
        assertFalse(meet("before the lighthouse restarts").direct());
        Duration length = Duration.ofSeconds(30);
        Background ping = Outage.start(meeting, length);
        ping.awaitLine("icmp_seq=50 ", PATIENCE);
        Rendezvous.Member beacon = meeting.lighthouse(0);
        beacon.process().kill();
        meeting.startLighthouse(beacon);
        Outage outage = Outage.finish(ping, length);
        System.out.println("the only lighthouse restarts: " + outage);
        assertTrue(outage.longestMillis() < length.toMillis() / 2, meeting::logs);
    }
}
