package dev.taltun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.api.InterfaceReport;
import dev.taltun.api.PathReport;
import dev.taltun.api.PeerReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Which way an answer came, by whose session brought something meanwhile. */
class WatchedPeerTest {
    private static final String OFFICE = "office";
    private static final String BEACON = "beacon";
    private static final String VIA_BEACON = "relay via beacon";
    private static final String DIRECTLY = "direct 192.0.2.7:5";

    /** Of somebody who always has something to say. */
    private static long chatter;

    private static PathReport relayed() {
        return path(PathReport.RELAY, null);
    }

    private static PathReport path(String kind, String observed) {
        return new PathReport(
                Optional.of(kind),
                kind.equals(PathReport.RELAY) ? Optional.of(BEACON) : Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.ofNullable(observed),
                List.of(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty());
    }

    private static PeerReport peer(String name, PathReport path, long rxPackets) {
        return new PeerReport(
                Optional.of(name),
                name,
                false,
                Optional.of("192.0.2.7:5"),
                path,
                Optional.empty(),
                0,
                0,
                0,
                rxPackets,
                0,
                0,
                List.of(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                0,
                0);
    }

    private static InterfaceReport report(PathReport path, long office, long beacon) {
        return new InterfaceReport(
                "taltun0",
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                0,
                List.of(),
                Optional.empty(),
                Map.of(),
                List.of(
                        peer("chatterer", path(PathReport.DIRECT, null), chatter++),
                        peer(OFFICE, path, office),
                        peer(BEACON, path(PathReport.DIRECT, "198.51.100.1:9"), beacon)));
    }

    private static String way(PathReport path, long office, long beacon) {
        return WatchedPeer.way(report(path, 10, 20), report(path, office, beacon), OFFICE);
    }

    @Test
    void whoseSessionBroughtSomethingDecides() {
        PathReport direct = PathReport.of(PathReport.DIRECT);
        assertEquals(DIRECTLY, way(direct, 11, 20));
        assertEquals(VIA_BEACON, way(direct, 10, 21), "the other side is not direct yet");
        assertEquals(DIRECTLY, way(relayed(), 11, 20), "the other side is direct already");
        assertEquals(VIA_BEACON, way(relayed(), 10, 21));
    }

    @Test
    void theWayInUseDecidesOtherwise() {
        assertEquals(DIRECTLY, way(PathReport.of(PathReport.DIRECT), 11, 21));
        assertEquals(VIA_BEACON, way(relayed(), 11, 21));
        assertEquals(VIA_BEACON, way(relayed(), 10, 20));
    }
}
