package dev.taltun.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.routing.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParsersTest {
    @ParameterizedTest
    @CsvSource({
        "203.0.113.5:51820, 203.0.113.5:51820, true",
        "[2001:DB8:0::1]:1, [2001:db8::1]:1, true",
        "[::ffff:192.0.2.1]:9, 192.0.2.1:9, true",
        "vpn.example.com:65535, vpn.example.com:65535, false",
        "host_1:5, host_1:5, false",
        "a.b.:5, a.b.:5, false",
        "1.example:5, 1.example:5, false",
    })
    void readsEndpoints(String text, String canonical, boolean numeric) {
        Endpoint endpoint = Endpoint.parse(text);
        assertEquals(canonical, endpoint.toString());
        assertEquals(numeric, endpoint.address().isPresent());
        assertEquals(endpoint, Endpoint.parse(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "a",
                "a:",
                ":1",
                "a:0",
                "a:65536",
                "a:-1",
                "a: 1",
                "a b:1",
                "[a]:1",
                "[::1]",
                "[::1]1",
                "[::1",
                "::1:1",
                "1.2.3:1",
                "1.2.3.4.5:1",
                "-a:1",
                "a-:1",
                "a..b:1",
                "ä:1",
                "[1.2.3.4]:x",
                "224.0.0.1:1",
                "[::]:1",
                "a:1:2",
                "a/b:1",
                "a:999999"
            })
    void refusesEndpoints(String text) {
        assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(text));
    }

    @Test
    void namesHaveTheLimitsOfDns() {
        String label = "a".repeat(63);
        String longest = String.join(".", label, label, label, "a".repeat(61));
        assertEquals(longest, Endpoint.parse(longest + ":1").host());
        assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(longest + "b:1"));
        assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(label + "b:1"));
    }

    @Test
    void readsListenAddresses() {
        assertEquals("0.0.0.0:51820", ListenAddress.parse("0.0.0.0:51820").toString());
        assertEquals("[::]:0", ListenAddress.parse(":0").toString());
        assertEquals(IpAddress.parse("192.0.2.1"), ListenAddress.parse("192.0.2.1:7").address());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "51820", "[]:1", "host:1", "[::1]", "0.0.0.0:", "*:1"})
    void refusesListenAddresses(String text) {
        assertThrows(IllegalArgumentException.class, () -> ListenAddress.parse(text));
    }

    @Test
    void readsCpuLists() {
        assertEquals("0,1,2,3,6", CpuList.parse("0-3, 6").toString());
        assertEquals("1023", CpuList.parse("1023").toString());
        assertEquals(CpuList.parse("0-3"), CpuList.parse("3,2,1,0,0"));
        assertTrue(CpuList.NONE.isEmpty());
        for (String wrong :
                List.of("", ",", "1,", "-1", "1-", "1024", "a", "1-2-3", "3-1", "0x1")) {
            assertThrows(IllegalArgumentException.class, () -> CpuList.parse(wrong), wrong);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mut, mtu",
        "MTU, mtu",
        "privat_key, private_key",
        "PrivateKey, private_key",
        "vipp, vip",
        "PersistentKeepalive, keepalive",
        "PSK, preshared_key",
        "endpont, endpoint",
    })
    void suggests(String text, String expected) {
        List<String> known =
                List.of("mtu", "private_key", "vip", "keepalive", "preshared_key", "endpoint");
        assertEquals(Optional.of(expected), Suggestion.closest(text, known));
    }

    @Test
    void suggestsNothingFarFetched() {
        assertEquals(Optional.empty(), Suggestion.closest("banana", List.of("mtu", "vip")));
        assertEquals(Optional.empty(), Suggestion.closest("x".repeat(10_000), List.of("xx")));
        assertEquals(1, Suggestion.distance("mtu", "mut"));
        assertEquals(3, Suggestion.distance("", "abc"));
        assertEquals(3, Suggestion.distance("kitten", "sitting"));
    }

    @Test
    void whatIsShownFitsOneLineAndHidesKeys() {
        assertEquals("a?b", Shown.plain("a\nb"));
        assertEquals("?", Shown.plain("\u202e"));
        assertEquals("10.0.0.1,(hidden) x", Shown.plain("10.0.0.1," + Toml.OWN + " x"));
        assertEquals(60, Shown.plain("a.".repeat(100)).length());
        assertEquals("/etc/taltun/private.key", Shown.path("/etc/taltun/private.key"));
        assertEquals("/tmp/(hidden)", Shown.path("/tmp/" + Toml.SECRET_MARK));
        Function<String, String> plain = Shown::plain;
        assertEquals(
                "2001:db8:1111:2222:3333:4444:5555:6666/128",
                plain.apply("2001:db8:1111:2222:3333:4444:5555:6666/128"));
    }
}
