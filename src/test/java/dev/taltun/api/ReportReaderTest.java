package dev.taltun.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code taltun status} makes of an answer. */
class ReportReaderTest {
    private static final String KEY = "01".repeat(32);
    private static final String SECRET = "a7".repeat(32);

    private static InterfaceReport read(String answer) throws IOException {
        ReportReader reader = new ReportReader("wg0");
        for (String line : answer.split("\n")) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            reader.line(bytes, 0, bytes.length);
        }
        return reader.report();
    }

    @Test
    void whatAnEngineSaysComesBack() throws IOException {
        FakeDevice device = new FakeDevice();
        Answer answer = new Answer();
        UapiSession session = new UapiSession(device, answer);
        byte[] requests =
                """
                set=1
                private_key=%s
                fwmark=7
                public_key=%s
                preshared_key=%s
                endpoint=192.0.2.1:5
                allowed_ip=10.0.0.0/8
                allowed_ip=fd00::/64
                public_key=%s

                get=1

                """
                        .formatted(SECRET, KEY, SECRET, "02".repeat(32))
                        .getBytes(StandardCharsets.UTF_8);
        int at = session.feed(requests, 0, requests.length);
        answer.clear();
        session.feed(requests, at, requests.length - at);
        InterfaceReport report = read(answer.text());
        assertEquals(Optional.of("server"), report.mode());
        assertEquals(51820, report.listenPort());
        assertEquals(7, report.fwmark());
        assertEquals(1420, report.mtu());
        assertEquals(List.of("tun_tso", "udp_gso"), report.offloads());
        assertEquals(Map.of("DROP_NO_PEER", 9L), report.counters());
        assertEquals(2, report.peers().size());
        PeerReport peer = report.peers().getFirst();
        assertEquals("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", peer.publicKey());
        assertTrue(peer.hasPresharedKey());
        assertEquals(Optional.of("192.0.2.1:5"), peer.endpoint());
        assertEquals(PathReport.of("direct"), peer.path());
        assertEquals(Optional.of("aes-256-gcm"), peer.suite());
        assertEquals(1_700_000_000, peer.handshakeEpochSeconds());
        assertEquals(List.of("10.0.0.0/8", "fd00::/64"), peer.allowedIps());
        assertEquals(OptionalLong.of(5000), peer.sessionAgeMillis());
        assertEquals(3, peer.waitingPackets());
        assertEquals(List.of(), report.peers().getLast().allowedIps());
        PathReport relayed =
                new PathReport(
                        Optional.of("relay"),
                        Optional.of("beacon"),
                        Optional.of("no answer"),
                        OptionalLong.of(2000),
                        OptionalLong.of(300),
                        OptionalLong.of(900),
                        Optional.of("192.0.2.7:77"),
                        List.of("192.0.2.8:88 no answer to 5 tries"));
        assertEquals(relayed, report.peers().getLast().path());
        assertFalse(report.toString().contains("a7a7"), "no secret goes beyond the reader");
    }

    @Test
    void anEngineThatTellsLessIsShownToo() throws IOException {
        InterfaceReport report = read("listen_port=1\npublic_key=" + KEY + "\nnew_key=5\nerrno=0");
        assertEquals(Optional.empty(), report.mode());
        assertEquals(Optional.empty(), report.peers().getFirst().suite());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "listen_port=x", "public_key=1", "counter=A", "errno=-5"})
    void nonsenseIsOneLine(String answer) {
        IOException e = assertThrows(IOException.class, () -> read(answer));
        assertTrue(e.getMessage().startsWith("interface wg0 answers"), e.getMessage());
    }
}
