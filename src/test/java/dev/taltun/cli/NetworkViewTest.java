package dev.taltun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.api.PathReport;
import dev.taltun.api.PeerReport;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What {@code taltun netcheck} concludes from what lighthouses see. */
class NetworkViewTest {
    private static final List<InetAddress> OWN =
            List.of(
                    InetAddress.ofLiteral("192.168.1.10"),
                    InetAddress.ofLiteral("fd00::1"),
                    InetAddress.ofLiteral("2001:db8::10"));

    private static PeerReport beacon(String endpoint, String observed, long unansweredMillis) {
        return beacon(endpoint, observed, unansweredMillis, 1000, "192.168.1.10");
    }

    private static PeerReport beacon(
            String endpoint, String observed, long unansweredMillis, long millisAgo, String from) {
        PathReport path =
                new PathReport(
                        Optional.of(PathReport.DIRECT),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        OptionalLong.of(430),
                        OptionalLong.empty(),
                        Optional.ofNullable(observed),
                        List.of(),
                        Optional.empty(),
                        observed == null ? OptionalLong.empty() : OptionalLong.of(millisAgo),
                        Optional.of(from));
        return new PeerReport(
                Optional.of("beacon"),
                "key",
                false,
                Optional.of(endpoint),
                path,
                Optional.empty(),
                0,
                0,
                0,
                0,
                0,
                0,
                List.of(),
                OptionalLong.empty(),
                OptionalLong.of(5),
                unansweredMillis,
                0);
    }

    private static String mapping(PeerReport... beacons) {
        return new NetworkView(List.of(beacons), 51820, OWN).lines().get(beacons.length);
    }

    @Test
    void linesTellOfEachLighthouse() {
        List<String> lines =
                new NetworkView(
                                List.of(
                                        beacon("192.0.2.1:1", "198.51.100.1:51820", 0),
                                        beacon("[2001:db8::1]:1", null, 4000)),
                                51820,
                                OWN)
                        .lines();
        assertEquals(
                List.of(
                        "lighthouse: beacon 192.0.2.1:1, round trip 0.43 ms, sees us at"
                                + " 198.51.100.1:51820",
                        "lighthouse: beacon [2001:db8::1]:1, does not answer",
                        "mapping:    NAT, port kept; whether for all destinations two lighthouses"
                                + " could tell",
                        "filtering:  unknown: no lighthouse has found out yet",
                        "IPv6:       2001:db8:0:0:0:0:0:10; no lighthouse was reached over it"),
                lines);
    }

    @Test
    void mappingsAreToldApart() {
        PeerReport kept = beacon("192.0.2.1:1", "198.51.100.1:51820", 0);
        PeerReport other = beacon("192.0.2.2:1", "198.51.100.1:7", 0);
        assertEquals(
                "mapping:    NAT with one port for all destinations, port kept"
                        + " (198.51.100.1:51820)",
                mapping(kept, kept));
        assertEquals(
                "mapping:    NAT with one port for all destinations, another port than 51820"
                        + " (198.51.100.1:7)",
                mapping(other, other));
        assertEquals(
                "mapping:    another port for every destination (198.51.100.1:51820,"
                        + " 198.51.100.1:7)",
                mapping(kept, other));
        PeerReport inside = beacon("192.0.2.1:1", "192.168.1.10:51820", 0);
        assertEquals(
                "mapping:    none: 192.168.1.10:51820 is an address of this machine",
                mapping(inside));
        assertEquals(
                "mapping:    unknown: no lighthouse says over IPv4 where it sees us",
                mapping(beacon("[2001:db8::1]:1", "[2001:db8::2]:3", 0)));
    }

    @Test
    void onlyWhatCanBeComparedTellsThatThePortVaries() {
        String one = "mapping:    NAT, port kept; whether for all destinations two lighthouses";
        PeerReport now = beacon("192.0.2.1:1", "198.51.100.1:51820", 0);
        PeerReport gone = beacon("192.0.2.2:1", "198.51.100.9:7", 5000);
        PeerReport before = beacon("192.0.2.2:1", "198.51.100.9:7", 0, 40_000, "192.168.1.10");
        PeerReport otherLine = beacon("192.0.2.2:1", "198.51.100.9:7", 0, 1000, "10.9.9.9");
        for (PeerReport other : List.of(gone, before, otherLine)) {
            assertTrue(mapping(now, other).startsWith(one), mapping(now, other));
            assertTrue(mapping(other, now).endsWith("could tell"), mapping(other, now));
        }
    }

    @Test
    void whatWasSeenLongAgoIsSaidToBe() {
        PeerReport gone = beacon("192.0.2.2:1", "198.51.100.9:7", 130_000, 130_000, "10.9.9.9");
        assertEquals(
                "lighthouse: beacon 192.0.2.2:1, does not answer any more, saw us at 198.51.100.9:7"
                        + " 2 min ago",
                new NetworkView(List.of(gone), 51820, OWN).lines().getFirst());
    }

    @Test
    void silenceIsNoAnswer() {
        assertFalse(
                new NetworkView(List.of(beacon("192.0.2.1:1", null, 9999)), 1, OWN).anyAnswered());
    }
}
