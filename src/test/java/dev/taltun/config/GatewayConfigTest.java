package dev.taltun.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a file can say about the machine round the tunnel: gateway, name servers, default route. */
class GatewayConfigTest {
    /** Three lines. */
    private static final String IFACE =
            "[interface]\nprivate_key = \"$OWN\"\nvip = \"10.100.0.1/24\"\n";

    private static final String PEER =
            "[[peers]]\npublic_key = \"$A\"\nvip = \"10.100.0.2\"\nendpoint = \"203.0.113.5:1\"\n";

    @TempDir Path folder;

    private TaltunConfig load(String text) throws ConfigException {
        LoadedConfig loaded = Toml.load(folder, text);
        assertEquals(List.of(), loaded.warnings());
        return loaded.config();
    }

    @Test
    void aGatewayForwardsAndClampsUnlessTold() throws ConfigException {
        assertEquals(Optional.empty(), load(IFACE).gateway());
        assertEquals(
                Optional.of(new GatewayConfig(true, List.of(), true)),
                load(IFACE + "[gateway]\n").gateway());
        assertEquals(
                Optional.of(new GatewayConfig(false, List.of(), false)),
                load(IFACE + "[gateway]\nforward = false\n").gateway());
        assertEquals(
                Optional.of(new GatewayConfig(true, List.of("eth0", "wlan0"), false)),
                load(IFACE
                                + "[gateway]\nmasquerade = [\"eth0\", \"wlan0\", \"eth0\"]\n"
                                + "mss_clamp = false\n")
                        .gateway());
        assertEquals(
                List.of("eth0"),
                load(IFACE + "[gateway]\nmasquerade = \"eth0\"\n")
                        .gateway()
                        .orElseThrow()
                        .masquerade());
    }

    @Test
    void nameServersAndTableAreRead() throws ConfigException {
        InterfaceConfig bare = load(IFACE).iface();
        assertEquals(DnsConfig.NONE, bare.dns());
        assertEquals(0, bare.table());
        InterfaceConfig iface =
                load(IFACE
                                + "dns = [\"10.100.0.1\", \"fd00::1\"]\n"
                                + "dns_search = \"corp.example\"\ntable = 51999\n")
                        .iface();
        assertEquals("[10.100.0.1, fd00::1]", iface.dns().servers().toString());
        assertEquals(List.of("corp.example"), iface.dns().search());
        assertEquals(51999, iface.table());
    }

    @Test
    void whatIsPrintedCanBeReadAgain() throws ConfigException {
        TaltunConfig config =
                load(
                        IFACE
                                + "dns = \"10.100.0.1\"\ntable = 7\n"
                                + "[gateway]\nmasquerade = \"eth0\"\n");
        String printed = ConfigPrinter.print(config);
        String again = printed.replace("[interface]\n", "[interface]\nprivate_key = \"$OWN\"\n");
        assertEquals(printed, ConfigPrinter.print(load(again)));
        assertTrue(printed.contains("masquerade    = [\"eth0\"]"), printed);
        assertTrue(printed.contains("dns           = [\"10.100.0.1\"]"), printed);
    }

    /** The endpoint needs no route of its own: the default route is in a table it does not see. */
    @Test
    void aFullTunnelOfBothFamiliesIsNoCauseForWarnings() throws ConfigException {
        load(IFACE + PEER + "allowed_ips = [\"0.0.0.0/0\", \"::/0\"]\n");
        load(IFACE + "routes = []\n" + PEER + "allowed_ips = [\"0.0.0.0/0\"]\n");
    }

    /** The engine asks for the name past the tunnel, so there is nothing to do for the user. */
    @Test
    void anEndpointByNameIsNoCauseForWarnings() throws ConfigException {
        String named = PEER.replace("203.0.113.5", "h.example");
        assertEquals(
                List.of(),
                Toml.load(folder, IFACE + named + "allowed_ips = [\"0.0.0.0/0\", \"::/0\"]\n")
                        .warnings());
    }

    @ParameterizedTest
    @MethodSource
    void halfAFullTunnelIsWarnedOf(String allowed, String warning) throws ConfigException {
        LoadedConfig loaded = Toml.load(folder, IFACE + PEER + "allowed_ips = \"" + allowed + "\"");
        assertEquals(1, loaded.warnings().size());
        assertTrue(loaded.warnings().getFirst().endsWith(warning), loaded.warnings()::toString);
    }

    static List<Arguments> halfAFullTunnelIsWarnedOf() {
        return List.of(
                Arguments.of(
                        "0.0.0.0/0",
                        ":1:1: 0.0.0.0/0 is routed into the tunnel and ::/0 is not: IPv6 leaves"
                                + " beside it, unprotected; add \"::/0\" beside it"),
                Arguments.of(
                        "::/0",
                        ":1:1: ::/0 is routed into the tunnel and 0.0.0.0/0 is not: IPv4 leaves"
                                + " beside it, unprotected; add \"0.0.0.0/0\" beside it"));
    }

    @ParameterizedTest
    @MethodSource({"mistakesAreNamed", "mistakesBesideTheTable"})
    void mistakesAreNamed(String text, String line) {
        ConfigException e =
                assertThrows(ConfigException.class, () -> Toml.load(folder, IFACE + text));
        String file = folder.resolve("config.toml").toString();
        assertEquals(List.of(file + line), e.lines());
    }

    static List<Arguments> mistakesAreNamed() {
        return List.of(
                Arguments.of(
                        "[gateway]\nforwarding = true",
                        ":5:1: forwarding: unknown key; did you mean \"forward\"?"),
                Arguments.of(
                        "[gateway]\nnat = \"eth0\"",
                        ":5:1: nat: unknown key; did you mean \"masquerade\"?"),
                Arguments.of(
                        "[gateway]\nzzzzzzzz = 1",
                        ":5:1: zzzzzzzz: unknown key; [gateway] knows forward, masquerade,"
                                + " mss_clamp"),
                Arguments.of(
                        "[gateway]\nmtu = 1400",
                        ":5:1: mtu: does not belong in [gateway]; move it to [interface]"),
                Arguments.of(
                        "masquerade = \"eth0\"",
                        ":4:1: masquerade: does not belong in [interface]; move it to [gateway]"),
                Arguments.of(
                        "[gatway]\nforward = true",
                        ":4:1: gatway: unknown table; did you mean [gateway]?"),
                Arguments.of(
                        "[[gateway]]\nforward = true",
                        ":4:1: gateway: written with double brackets; there is one: write"
                                + " [gateway]"),
                Arguments.of(
                        "[gateway]\nforward = \"yes\"",
                        ":5:1: forward: must be true or false, not text; remove the quotes"),
                Arguments.of(
                        "[gateway]\nmasquerade = true",
                        ":5:1: masquerade: must be text in quotes, or a list of such, not true or"
                                + " false; write masquerade = \"...\""),
                Arguments.of(
                        "[gateway]\nmasquerade = [\"eth0\", \"a b\"]",
                        ":5:23: masquerade: \"a b\": an interface's name has no white space,"
                                + " \"/\", \":\" or \"%\"; use one like taltun0"),
                Arguments.of(
                        "[gateway]\nmasquerade = \"taltun0\"",
                        ":5:1: masquerade: \"taltun0\": the tunnel itself; name the interface"
                                + " behind whose address its packets are to leave, like eth0"),
                Arguments.of(
                        "[gateway]\nforward = false\nmasquerade = \"eth0\"",
                        ":6:1: masquerade: changes forwarded packets, and forward is false; write"
                                + " forward = true, or leave this out"));
    }

    static List<Arguments> mistakesBesideTheTable() {
        return List.of(
                Arguments.of(
                        "mode = \"lighthouse\"\n[gateway]",
                        ":5:1: gateway: a lighthouse has no interface to forward from; leave"
                                + " [gateway] out, or choose mode = \"server\""),
                Arguments.of(
                        "dns = \"one.example\"",
                        ":4:1: dns: \"one.example\": an IPv4 address has four numbers, like 10.100.0.1;"
                                + " give the address of a name server, like 10.100.0.1"),
                Arguments.of(
                        "dns = [\"0.0.0.0\"]",
                        ":4:8: dns: \"0.0.0.0\": not the address of a server; give the address of"
                                + " a name server, like 10.100.0.1"),
                Arguments.of(
                        "dns = \"10.0.0.1\"\ndns_search = \"a b\"",
                        ":5:1: dns_search: \"a b\": not the name of a domain; write it like"
                                + " example.com"),
                Arguments.of(
                        "dns_search = \"example.com\"",
                        ":4:1: dns_search: there is no dns to ask for these domains; add dns ="
                                + " [\"10.100.0.1\"]"),
                Arguments.of(
                        "nameservers = \"10.0.0.1\"",
                        ":4:1: nameservers: unknown key; did you mean \"dns\"?"),
                Arguments.of(
                        "table = 254",
                        ":4:1: table: 254 is a table of the kernel's own; choose another, like"
                                + " 51820; 0 for a free one"));
    }
}
