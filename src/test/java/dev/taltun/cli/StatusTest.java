package dev.taltun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.api.InterfaceReport;
import dev.taltun.api.PathReport;
import dev.taltun.api.PeerReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How {@code taltun status} shows what engines say. */
class StatusTest {
    private static final String KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    private static final long NOW = 1_700_000_100;

    private static PeerReport peer(
            String endpoint, String suite, long handshake, long unansweredMillis) {
        PathReport path = PathReport.of(endpoint == null ? null : PathReport.DIRECT);
        return peer(endpoint, path, suite, handshake, unansweredMillis);
    }

    private static PeerReport peer(
            String endpoint, PathReport path, String suite, long handshake, long unansweredMillis) {
        return new PeerReport(
                Optional.of("of \"fice"),
                KEY,
                true,
                Optional.ofNullable(endpoint),
                path,
                Optional.ofNullable(suite),
                handshake,
                5000,
                12,
                4,
                2,
                25,
                List.of("10.0.0.2/32"),
                OptionalLong.of(7),
                OptionalLong.empty(),
                unansweredMillis,
                0);
    }

    private static InterfaceReport report(PeerReport... peers) {
        return new InterfaceReport(
                "taltun0",
                Optional.of("client"),
                Optional.of(KEY),
                51820,
                0x10,
                1420,
                List.of("tun_tso", "udp_gro"),
                Optional.of("openssl 3"),
                Map.of("DROP_NO_PEER", 3L),
                List.of(peers));
    }

    @Test
    void theTableTellsWhatMatters() {
        String text =
                StatusTable.of(
                        List.of(report(peer("192.0.2.1:5", "aes-256-gcm", NOW - 61, 0))), NOW);
        String wanted =
                """
                taltun0: client, UDP port 51820, MTU 1420, fwmark 0x10
                  public key  AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=
                  cipher      openssl 3
                  offloads    tun_tso udp_gro
                  dropped     3 From TUN: no peer has the destination in its allowed IPs
                  PEER      KEY        ENDPOINT     PATH    RTT  CIPHER       HANDSHAKE  RECEIVED  SENT  STATE
                  of "fice  AQEB…AQE   192.0.2.1:5  direct  -    aes-256-gcm  1 min ago  4.88 KiB  12 B  up
                """;
        assertEquals(wanted.replace("AQEB…AQE ", "AQEB…BAQE"), text);
    }

    @Test
    void theWayToAPeerIsToldBelowIt() {
        PathReport relayed =
                new PathReport(
                        Optional.of(PathReport.RELAY),
                        Optional.of("beacon"),
                        Optional.of("its NAT gives every destination another port"),
                        OptionalLong.of(61_000),
                        OptionalLong.empty(),
                        OptionalLong.of(1234),
                        Optional.of("203.0.113.1:51820"),
                        List.of("203.0.113.17:51820 no answer to 5 tries"));
        PeerReport peer = peer(null, relayed, null, 0, 0);
        String text = StatusTable.of(List.of(report(peer)), NOW);
        assertTrue(text.contains("  relay via beacon  1.23 ms  "), text);
        assertTrue(text.contains("  relayed\n"), text);
        String below =
                """
                    relay via beacon since 1 min, relay RTT 1.23 ms, sees us at 203.0.113.1:51820
                    not direct: its NAT gives every destination another port
                    tried 203.0.113.17:51820: no answer to 5 tries
                """;
        assertTrue(text.endsWith(below), text);
        String json = StatusJson.of(List.of(report(peer)));
        assertTrue(
                json.contains(
                        "\"path\":\"relay\",\"path_relay\":\"beacon\",\"path_reason\":\"its NAT gives every"
                                + " destination another port\",\"path_changed_ms_ago\":61000,\"direct_rtt_us\":null,"
                                + "\"relay_rtt_us\":1234,\"observed\":\"203.0.113.1:51820\",\"candidates\":"
                                + "[\"203.0.113.17:51820 no answer to 5 tries\"],"),
                json);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                "192.0.2.1:5 | aes | 9 | 0     | up",
                "192.0.2.1:5 | aes | 9 | 2900  | up",
                "192.0.2.1:5 | aes | 9 | 12300 | no answer for 12 s; it may be gone, or the way to it",
                "192.0.2.1:5 | -   | 0 | 12300 | no answer for 12 s; is it running, is UDP to it open, do the keys match?",
                "192.0.2.1:5 | -   | 0 | 0     | idle: nothing sent yet",
                "192.0.2.1:5 | -   | 9 | 0     | idle",
                "-           | -   | 0 | 0     | waits to be called: it has no endpoint"
            })
    void theStateSaysWhatIsWrong(
            String endpoint, String suite, long handshake, long millis, String state) {
        assertEquals(state, StatusTable.state(peer(endpoint, suite, handshake, millis)));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.00 KiB",
        "1610612736, 1.50 GiB",
        "9223372036854775807, 8.00 EiB"
    })
    void bytesAreReadable(long count, String text) {
        assertEquals(text, StatusTable.bytes(count));
    }

    @Test
    void jsonIsWholeAndQuoted() {
        String json = StatusJson.of(List.of(report(peer(null, null, 0, 0)), report()));
        String wanted =
                "[{\"interface\":\"taltun0\",\"mode\":\"client\",\"public_key\":\""
                        + KEY
                        + "\",\"listen_port\":51820,\"fwmark\":16,\"mtu_bytes\":1420,"
                        + "\"offloads\":[\"tun_tso\",\"udp_gro\"],\"crypto\":\"openssl 3\","
                        + "\"counters\":{\"DROP_NO_PEER\":3},\"peers\":[{\"name\":"
                        + "\"of \\\"fice\",\"public_key\":\""
                        + KEY
                        + "\",\"preshared_key\":true,\"endpoint\":null,\"path\":null,";
        assertTrue(json.startsWith(wanted), json);
        assertTrue(
                json.contains(
                        "\"candidates\":[],\"filtering\":null,\"observed_ms_ago\":null,\"observed_from\":null,\"cipher\":null,"),
                json);
        assertTrue(json.contains("\"session_age_ms\":7,\"received_ms_ago\":null,"), json);
        assertTrue(json.contains("\"allowed_ips\":[\"10.0.0.2/32\"]}]},{\"interface\""), json);
        assertTrue(json.endsWith("\"peers\":[]}]\n"), json);
    }

    @Test
    void noPeersIsSaid() {
        assertTrue(StatusTable.of(List.of(report()), NOW).endsWith("  no peers\n"));
    }
}
