package dev.taltun.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
    @ParameterizedTest
    @CsvSource({
        "10.100.0.1/24, 10.100.0.1/24, 10.100.0.0/24",
        "10.100.0.3, 10.100.0.3/32, 10.100.0.3/32",
        "255.255.255.255/0, 255.255.255.255/0, 0.0.0.0/0",
        "0.0.0.0/0, 0.0.0.0/0, 0.0.0.0/0",
        "::/0, ::/0, ::/0",
        "FD00::1/64, fd00::1/64, fd00::/64",
        "::1, ::1/128, ::1/128",
        "1::, 1::/128, 1::/128",
        "2001:db8:0:0:1:0:0:1/65, 2001:db8::1:0:0:1/65, 2001:db8::/65",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1/128, 2001:db8:0:1:1:1:1:1/128",
        "::ffff:192.0.2.1/128, ::ffff:192.0.2.1/128, ::ffff:192.0.2.1/128",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0/128, 1:2:3:4:5:6:7:0/128",
        "1:2:3:4:5:6:1.2.3.4/96, 1:2:3:4:5:6:102:304/96, 1:2:3:4:5:6::/96",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/1, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/1, 8000::/1",
    })
    void readsAndWrites(String text, String asWritten, String masked) {
        IpPrefix prefix = IpPrefix.parse(text);
        assertEquals(asWritten, prefix.toString());
        assertEquals(masked, prefix.masked().toString());
        assertEquals(asWritten.equals(masked), prefix.isMasked());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/24",
                "10.0.0.1/",
                "10.0.0.1/33",
                "10.0.0.1/-1",
                "10.0.0.1/024",
                "10.0.0.1/2 ",
                "10.0.0.1/+8",
                "10.0.0",
                "10.0.0.0.0",
                "10.0.0.",
                ".10.0.0.1",
                "10..0.1",
                "256.0.0.1",
                "010.0.0.1",
                "1.2.3.4.",
                " 1.2.3.4",
                "1.2.3.٤",
                "localhost",
                "1",
                "0x0a.0.0.1",
                ":",
                ":::",
                ":1",
                "1:",
                "1:2",
                "1::2::3",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "12345::",
                "g::",
                "fe80::1%eth0",
                "::1/129",
                "::1.2.3",
                "1:2:3:4:5:6:7:1.2.3.4",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "1:2:3:4:5:6:7",
                "10.0.0.1/99999999999999999999"
            })
    void refuses(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(text));
    }

    @Provide
    Arbitrary<String> addressLike() {
        return Arbitraries.strings().withChars("0123456789abcdefF:./% g").ofMaxLength(48);
    }

    @Property
    void anyTextParsesOrIsRefusedInOneLine(@ForAll("addressLike") String text) {
        onlyDeclaredError(text);
    }

    @Property
    void anyStringAtAllParsesOrIsRefusedInOneLine(@ForAll String text) {
        onlyDeclaredError(text);
    }

    private static void onlyDeclaredError(String text) {
        try {
            IpPrefix prefix = IpPrefix.parse(text);
            assertEquals(prefix, IpPrefix.parse(prefix.toString()));
        } catch (IllegalArgumentException e) {
            assertFalse(e.getMessage().contains("\n"));
        }
    }

    @Property
    void agreesWithTheJdkOnIpv6(
            @ForAll long high, @ForAll long low, @ForAll @IntRange(max = 128) int length)
            throws UnknownHostException {
        IpAddress address = IpAddress.v6(high, low);
        assertEquals(address, IpAddress.parse(address.toString()));
        InetAddress jdk = InetAddress.getByName("[" + address + "]");
        assertEquals(jdk, address.toInetAddress());
        assertEquals(address, IpAddress.parse(jdk.getHostAddress()));
        if (jdk.getAddress().length == 16) {
            assertEquals(address, IpAddress.of(jdk));
        }
        IpPrefix prefix = new IpPrefix(address, length);
        assertTrue(prefix.masked().contains(address));
        assertTrue(prefix.contains(prefix.masked()));
        assertTrue(prefix.masked().isMasked());
    }

    @Property
    void agreesWithTheJdkOnIpv4(@ForAll int bits) throws UnknownHostException {
        IpAddress address = IpAddress.v4(bits);
        InetAddress jdk = InetAddress.getByName(address.toString());
        assertEquals(jdk, address.toInetAddress());
        assertEquals(address, IpAddress.of(jdk));
        assertEquals(bits, address.asInt());
    }

    @Test
    void knowsWhatItContains() {
        IpPrefix net = IpPrefix.parse("192.168.50.0/24");
        assertTrue(net.contains(IpPrefix.parse("192.168.50.128/25")));
        assertFalse(net.contains(IpPrefix.parse("192.168.0.0/16")));
        assertFalse(net.contains(IpPrefix.parse("192.168.51.0/24")));
        assertFalse(IpPrefix.parse("::/0").contains(net));
        assertFalse(IpPrefix.parse("0.0.0.0/0").contains(IpPrefix.parse("::1")));
        assertTrue(IpPrefix.parse("0.0.0.0/0").contains(net));
        assertEquals(IpPrefix.parse("192.168.50.7"), IpPrefix.parse("192.168.50.7/24").host());
        assertNotEquals(IpPrefix.parse("192.168.50.7/24"), net);
        assertTrue(IpAddress.parse("224.0.0.1").isMulticast());
        assertTrue(IpAddress.parse("ff02::1").isMulticast());
        assertFalse(IpAddress.parse("223.0.0.1").isMulticast());
        assertTrue(IpAddress.parse("::").isUnspecified());
        assertTrue(IpAddress.parse("9.0.0.1").compareTo(IpAddress.parse("200.0.0.1")) < 0);
        assertTrue(IpPrefix.parse("10.0.0.0/8").compareTo(IpPrefix.parse("10.0.0.0/16")) < 0);
    }
}
