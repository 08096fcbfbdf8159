package dev.taltun.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.control.PeerSpec;
import dev.taltun.crypto.PublicKey;
import dev.taltun.routing.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The control socket's protocol, as wg(8) and worse clients speak it. */
class UapiSessionTest {
    private static final String KEY = "0102030405060708".repeat(4);
    private static final String OTHER = "1112131415161718".repeat(4);
    private static final String SECRET = "a1b2c3d4e5f60718".repeat(4);
    private static final String ZEROS = "0".repeat(64);

    private final FakeDevice device = new FakeDevice();
    private final Answer answer = new Answer();
    private UapiSession session = new UapiSession(device, answer);

    /** Sends text, at most some bytes at a time, and returns all that is answered. */
    private String say(String text, int piece) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        StringBuilder heard = new StringBuilder();
        int at = 0;
        while (at < bytes.length && !session.isBroken()) {
            at += session.feed(bytes, at, Math.min(piece, bytes.length - at));
            heard.append(answer.text());
            answer.clear();
        }
        return heard.toString();
    }

    private String say(String text) {
        return say(text, Integer.MAX_VALUE);
    }

    private String set(String... lines) {
        return say("set=1\n" + String.join("\n", lines) + "\n\n");
    }

    private void accepted(String... lines) {
        assertEquals("errno=0\n\n", set(lines), () -> String.join(" ", lines));
    }

    private PeerSpec peer(String key) {
        return device.peers.get(PublicKey.parse(key));
    }

    private List<String> allowedIps(String key) {
        return peer(key).allowedIps().stream().map(IpPrefix::toString).toList();
    }

    @Test
    void anInterfaceIsShownAsWgReadsIt() {
        device.privateKey = HexFormat.of().parseHex(SECRET);
        device.mark = 0x8000_0001;
        String got = say("get=1\n\n");
        assertTrue(got.startsWith("private_key=" + SECRET + "\nlisten_port=51820\n"), got);
        assertTrue(got.contains("\nfwmark=2147483649\n"), got);
        assertTrue(got.contains("\ncounter=DROP_NO_PEER 9\n"), got);
        assertTrue(got.endsWith("\nerrno=0\n\n"), got);
    }

    @Test
    void aPeerIsShownAsWgReadsIt() {
        accepted(
                "public_key=" + KEY,
                "preshared_key=" + SECRET,
                "endpoint=[2001:db8::5]:51821",
                "persistent_keepalive_interval=25",
                "allowed_ip=10.1.2.3/24",
                "allowed_ip=fd00::/64");
        String got = say("get=1\n\n");
        String wanted =
                """
                public_key=%s
                preshared_key=%s
                protocol_version=1
                endpoint=[2001:db8::5]:51821
                last_handshake_time_sec=1700000000
                last_handshake_time_nsec=123000000
                tx_bytes=22
                rx_bytes=11
                persistent_keepalive_interval=25
                allowed_ip=10.1.2.0/24
                allowed_ip=fd00::/64
                """;
        assertTrue(got.contains(wanted.formatted(KEY, SECRET)), got);
        assertEquals(got.indexOf("\n\n"), got.length() - 2, "one empty line, at the end");
    }

    @Test
    void allThatCanBeSetOfTheInterfaceIsSet() {
        accepted("private_key=" + SECRET, "listen_port=4711", "fwmark=4294967295");
        assertArrayEquals(HexFormat.of().parseHex(SECRET), device.privateKey);
        assertEquals(4711, device.port);
        assertEquals(-1, device.mark);
        accepted("private_key=" + ZEROS, "fwmark=0");
        assertNull(device.privateKey);
        assertEquals(0, device.mark);
    }

    @Test
    void aPresharedKeyOfZerosIsNone() {
        accepted("public_key=" + KEY, "preshared_key=" + SECRET);
        accepted("public_key=" + KEY, "preshared_key=" + ZEROS);
        assertFalse(say("get=1\n\n").contains("preshared_key"));
    }

    @Test
    void allowedIpsAreAddedRemovedAndReplaced() {
        accepted("public_key=" + KEY, "allowed_ip=10.0.0.0/8", "allowed_ip=192.0.2.1/32");
        accepted("public_key=" + KEY, "allowed_ip=-10.0.0.0/8", "allowed_ip=fd00::1/128");
        assertEquals(List.of("192.0.2.1/32", "fd00::1/128"), allowedIps(KEY));
        accepted("public_key=" + KEY, "replace_allowed_ips=true", "allowed_ip=0.0.0.0/0");
        assertEquals(List.of("0.0.0.0/0"), allowedIps(KEY));
        accepted("public_key=" + KEY, "replace_allowed_ips=true");
        assertEquals(List.of(), allowedIps(KEY));
    }

    @Test
    void peersAreAddedUpdatedRemovedAndReplaced() {
        accepted("public_key=" + KEY, "public_key=" + OTHER, "persistent_keepalive_interval=9");
        assertEquals(2, device.peers.size());
        assertFalse(peer(KEY).initiates());
        assertTrue(peer(OTHER).initiates(), "who keeps alive begins");
        accepted("public_key=" + KEY, "remove=true");
        accepted("public_key=" + KEY, "update_only=true", "allowed_ip=10.0.0.0/8");
        assertNull(peer(KEY));
        accepted("public_key=" + OTHER, "update_only=true", "persistent_keepalive_interval=0");
        assertEquals(0, peer(OTHER).keepaliveSeconds());
        accepted("replace_peers=true", "public_key=" + KEY, "protocol_version=1");
        assertEquals(List.of(PublicKey.parse(KEY)), List.copyOf(device.peers.keySet()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "listen_port=65536, 22",
        "listen_port=-1, 22",
        "listen_port=, 22",
        "listen_port=7, 98",
        "fwmark=4294967296, 22",
        "private_key=00, 22",
        "replace_peers=false, 22",
        "no_such_key=1, 22",
        "no equals sign, 71",
        "public_key=zz, 22",
        "remove=true, 22",
        "P remove=yes, 22",
        "P endpoint=192.0.2.1, 22",
        "P endpoint=host.example:1, 22",
        "P endpoint=[fe80::1%no-such-device]:1, 22",
        "P endpoint=[::1, 22",
        "P allowed_ip=10.0.0.0/33, 22",
        "P allowed_ip=-, 22",
        "P persistent_keepalive_interval=65536, 22",
        "P protocol_version=2, 22",
        "P listen_port=1, 22",
        "P preshared_key=1, 22",
    })
    void aMistakeIsAnsweredWithItsNumberAndTheConnectionGoesOn(String line, int errno) {
        String lines =
                line.startsWith("P ") ? "public_key=" + KEY + "\n" + line.substring(2) : line;
        assertEquals("errno=-" + errno + "\n\n", set(lines));
        assertFalse(session.isBroken());
        accepted("listen_port=1");
    }

    @Test
    void nothingAfterAMistakeCounts() {
        set("listen_port=5", "fwmark=x", "listen_port=6", "public_key=" + KEY);
        assertEquals(5, device.port);
        assertEquals(0, device.peers.size());
    }

    @Test
    void anEndpointOnALinkIsKnownByItsNumber() {
        accepted("public_key=" + KEY, "endpoint=[fe80::1%7]:99");
        assertEquals("[fe80::1%7]:99", peer(KEY).endpoint().toString());
    }

    @Test
    void manyOperationsGoOverOneConnection() {
        String both = "set=1\nlisten_port=1\n\nget=1\n\nset=1\nlisten_port=x\n\n";
        for (int piece : new int[] {1, 2, 7, 1000}) {
            String heard = say(both, piece);
            assertTrue(heard.startsWith("errno=0\n\nlisten_port=1\n"), heard);
            assertTrue(heard.endsWith("errno=0\n\nerrno=-22\n\n"), heard);
        }
    }

    @ParameterizedTest
    @CsvSource({"put=1, -22", "get=2, -22", "'', -22", "'get=1\nx', -71"})
    void whatIsNoOperationIsAnsweredOnceAndEndsTheConnection(String text, int errno) {
        assertEquals("errno=" + errno + "\n\n", say(text.replace("\\n", "\n") + "\n"));
        assertTrue(session.isBroken());
    }

    @Test
    void aLineWithoutEndIsCutOff() {
        assertEquals("errno=-71\n\n", say("set=1\n" + "x".repeat(100_000)));
        assertTrue(session.isBroken());
    }

    @Test
    void theEndOfTheConnectionEndsTheOperation() {
        say("set=1\nlisten_port=99");
        session.end();
        assertEquals("errno=0\n\n", answer.text());
        assertEquals(99, device.port);
    }

    /** Each peer is handed over once, and never too many at a time for the control agent. */
    @Test
    void tenThousandPeersComeInPieces() {
        StringBuilder text = new StringBuilder("set=1\nreplace_peers=true\n");
        for (int i = 0; i < 10_000; i++) {
            text.append(
                    "public_key=%064x\nallowed_ip=10.%d.%d.%d/32\n"
                            .formatted(i + 1, i >> 16, i >> 8 & 255, i & 255));
        }
        assertEquals("errno=0\n\n", say(text + "\n", 4096));
        assertEquals(10_000, device.peers.size());
        assertTrue(device.largestBatch <= 64, () -> "batches of " + device.largestBatch);
        String got = say("get=1\n\n");
        assertEquals(10_000, got.lines().filter(l -> l.startsWith("public_key=")).count());
    }

    @Property(tries = 300)
    void whateverComesIsAnsweredAndNothingThrows(
            @ForAll("requests") String text, @ForAll int seed) {
        session = new UapiSession(device, answer);
        String heard = say(text, 1 + Math.floorMod(seed, 50));
        if (!session.isBroken()) {
            session.end();
            heard += answer.text();
            answer.clear();
        }
        if (!text.isEmpty()) {
            assertTrue(heard.matches("(?s)(.*\n)?errno=-?\\d+\n\n"), () -> "to: " + text);
        }
        session.close();
    }

    @Provide
    Arbitrary<String> requests() {
        Arbitrary<String> keys =
                Arbitraries.of(
                        "private_key",
                        "listen_port",
                        "fwmark",
                        "replace_peers",
                        "public_key",
                        "remove",
                        "update_only",
                        "preshared_key",
                        "endpoint",
                        "allowed_ip",
                        "persistent_keepalive_interval",
                        "replace_allowed_ips",
                        "protocol_version",
                        "get",
                        "set",
                        "errno",
                        "");
        Arbitrary<String> values =
                Arbitraries.oneOf(
                        Arbitraries.of(
                                KEY,
                                OTHER,
                                ZEROS,
                                "1",
                                "true",
                                "10.0.0.0/8",
                                "-10.0.0.0/8",
                                "192.0.2.1:5",
                                "[::1%lo]:5",
                                "99999999999999999999",
                                "="),
                        Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(70));
        Arbitrary<String> line =
                Arbitraries.oneOf(
                        Arbitraries.of("set=1", "get=1", "", "get=1\n"),
                        net.jqwik.api.Combinators.combine(keys, values).as((k, v) -> k + "=" + v));
        return line.list()
                .ofMaxSize(30)
                .map(lines -> lines.stream().collect(Collectors.joining("\n")));
    }
}
