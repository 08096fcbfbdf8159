package dev.taltun.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.routing.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
    private static final String HEAD =
            """
            [interface]
            private_key = "$OWN"
            vip = "10.100.0.1/24"
            """;

    private static final String PEER = "[[peers]]\npublic_key = \"$A\"\nvip = \"10.100.0.2\"\n";

    @TempDir Path folder;

    private static List<String> texts(List<IpPrefix> prefixes) {
        return prefixes.stream().map(IpPrefix::toString).toList();
    }

    @Test
    void everyDefault() throws ConfigException {
        TaltunConfig config = Toml.load(folder, HEAD + PEER).config();
        InterfaceConfig iface = config.iface();
        assertEquals(Mode.SERVER, iface.mode());
        assertEquals("taltun0", iface.tunName());
        assertEquals("[::]:51820", iface.local().toString());
        assertEquals(List.of("10.100.0.1/24"), texts(iface.vips()));
        assertEquals(Toml.OWN_PUBLIC, iface.publicKey().toBase64());
        assertEquals(1420, iface.mtu());
        assertEquals(List.of(), iface.routes());
        assertEquals(CipherChoice.AUTO, iface.cipher());
        assertEquals(Optional.empty(), iface.crypto());
        assertFalse(iface.debug());
        assertEquals(0, iface.fwmark());
        assertEquals(Offloads.AUTO, iface.offloads());
        assertEquals(0, iface.workers());
        assertEquals(0, iface.punchPorts());
        assertTrue(iface.cpus().isEmpty());
        assertEquals(10, iface.keepaliveSeconds());
        PeerConfig peer = config.peers().getFirst();
        assertEquals(Toml.PEER_A.substring(0, 4), peer.name().substring(0, 4));
        assertEquals(Optional.empty(), peer.presharedKey());
        assertEquals(List.of("10.100.0.2/32"), texts(peer.vips()));
        assertEquals(Optional.empty(), peer.endpoint());
        assertEquals(List.of(), peer.allowedIps());
        assertEquals(10, peer.keepaliveSeconds());
        assertFalse(peer.lighthouse());
        assertEquals(CipherChoice.AUTO, peer.cipher());
    }

    /** Full packets of a larger one would fit into no datagram, and be lost. */
    @Test
    void anMtuBeyondADatagramIsCut() throws ConfigException {
        LoadedConfig loaded = Toml.load(folder, HEAD + "mtu = 65535\n");
        assertEquals(65455, loaded.config().iface().mtu());
        assertEquals(1, loaded.warnings().size());
        assertTrue(loaded.warnings().getFirst().contains("mtu: 65535"));
        assertEquals(List.of(), Toml.load(folder, HEAD + "mtu = 65455\n").warnings());
    }

    @Test
    void everyValue() throws ConfigException {
        TaltunConfig config =
                Toml.load(
                                folder,
                                HEAD.replace(
                                                "\"10.100.0.1/24\"",
                                                "[\"10.100.0.1/24\", \"fd00::1/64\"]")
                                        + """
                                        mode = "client"
                                        tun_name = "wg7"
                                        local_addr = "192.0.2.1:4000"
                                        mtu = 9000
                                        routes = ["10.0.0.0/8", "fd00::/8"]
                                        cipher = "aes-256-gcm"
                                        crypto = "openssl"
                                        debug = true
                                        fwmark = 0xffffffff
                                        tun_tso = "off"
                                        udp_gro = "off"
                                        workers = 3
                                        cpus = "4-6,9"
                                        keepalive = 0
                                        punch_ports = 256
                                        [[peers]]
                                        name = "office"
                                        public_key = "$A"
                                        preshared_key = "$B"
                                        vip = ["10.100.0.3/24", "fd00::3"]
                                        endpoint = "[2001:DB8::1]:51820"
                                        allowed_ips = ["192.168.50.0/24", "10.100.0.3/32"]
                                        keepalive = 25
                                        lighthouse = true
                                        cipher = "chacha20-poly1305"
                                        """)
                        .config();
        InterfaceConfig iface = config.iface();
        assertEquals(Mode.CLIENT, iface.mode());
        assertEquals("wg7", iface.tunName());
        assertEquals("192.0.2.1:4000", iface.local().toString());
        assertEquals(List.of("10.100.0.1/24", "fd00::1/64"), texts(iface.vips()));
        assertEquals(9000, iface.mtu());
        assertEquals(List.of("10.0.0.0/8", "fd00::/8"), texts(iface.routes()));
        assertEquals(Optional.of(CipherSuite.AES_256_GCM), iface.cipher().suite());
        assertEquals(Optional.of("openssl"), iface.crypto());
        assertTrue(iface.debug());
        assertEquals(-1, iface.fwmark());
        assertEquals(new Offloads(false, true, true, false), iface.offloads());
        assertEquals(3, iface.workers());
        assertEquals("4,5,6,9", iface.cpus().toString());
        assertEquals(0, iface.keepaliveSeconds());
        assertEquals(256, iface.punchPorts());
        PeerConfig peer = config.peers().getFirst();
        assertEquals("office", peer.name());
        assertTrue(peer.presharedKey().isPresent());
        assertEquals(List.of("10.100.0.3/32", "fd00::3/128"), texts(peer.vips()));
        assertEquals("[2001:db8::1]:51820", peer.endpoint().orElseThrow().toString());
        assertEquals(List.of("192.168.50.0/24", "10.100.0.3/32"), texts(peer.allowedIps()));
        assertEquals(25, peer.keepaliveSeconds());
        assertTrue(peer.lighthouse());
        assertEquals(CipherChoice.CHACHA20_POLY1305, peer.cipher());
        config.close();
        assertThrows(IllegalStateException.class, () -> iface.privateKey().toBytes());
    }

    @ParameterizedTest
    @CsvSource({"server, [::]:51820", "lighthouse, [::]:51820", "client, [::]:0"})
    void theModeChoosesThePort(String mode, String local) throws ConfigException {
        TaltunConfig config = Toml.load(folder, HEAD + "mode = \"" + mode + "\"").config();
        assertEquals(local, config.iface().local().toString());
    }

    @Test
    void routesLeadToWhatIsNotOnLink() throws ConfigException {
        String peers =
                PEER
                        + "allowed_ips = [\"192.168.50.0/24\", \"10.100.0.128/25\", \"::/0\"]\n"
                        + "[[peers]]\npublic_key = \"$B\"\nvip = [\"10.200.0.7\", \"fd00::7\"]\n";
        assertEquals(
                List.of("192.168.50.0/24", "::/0", "10.200.0.7/32", "fd00::7/128"),
                texts(Toml.load(folder, HEAD + peers).config().iface().routes()));
        assertEquals(
                List.of(),
                texts(Toml.load(folder, HEAD + "routes = []\n" + peers).config().iface().routes()));
        assertEquals(
                List.of(),
                texts(
                        Toml.load(folder, HEAD + "mode = \"lighthouse\"\n" + peers)
                                .config()
                                .iface()
                                .routes()));
    }

    @Test
    void aLighthouseNeedsNoAddressAndAServerNoPeers() throws ConfigException {
        String lighthouse = "[interface]\nmode = \"lighthouse\"\nprivate_key = \"$OWN\"\n";
        assertEquals(List.of(), Toml.load(folder, lighthouse).config().iface().vips());
        assertEquals(0, Toml.load(folder, lighthouse).config().iface().keepaliveSeconds());
        LoadedConfig server = Toml.load(folder, HEAD);
        assertEquals(List.of(), server.config().peers());
        assertEquals(List.of(), server.warnings());
    }

    @Test
    void aClientThatCannotCallIsWarned() throws ConfigException {
        String file = folder.resolve("config.toml").toString();
        assertEquals(
                List.of(
                        "warning: "
                                + file
                                + ":1:1: no peer has an endpoint, so this client can only wait to"
                                + " be called; give the server's peer entry endpoint ="
                                + " \"host:port\""),
                Toml.load(folder, HEAD + "mode = \"client\"\n" + PEER).warnings());
    }

    @Test
    void aRouteThatSwallowsAnEndpointIsWarnedOf() throws ConfigException {
        String peer = PEER + "endpoint = \"203.0.113.10:51820\"\nallowed_ips = \"%s\"\n";
        List<String> warnings = Toml.load(folder, HEAD + peer.formatted("203.0.0.0/8")).warnings();
        assertEquals(1, warnings.size());
        assertTrue(
                warnings.getFirst()
                        .contains(
                                ":1:1: 203.0.0.0/8 is routed into the tunnel, and with it the way"
                                        + " to 203.0.113.10:51820; "));
        for (String harmless :
                List.of(
                        HEAD + peer.formatted("192.168.0.0/16"),
                        HEAD + "routes = []\n" + peer.formatted("203.0.0.0/8"))) {
            assertEquals(List.of(), Toml.load(folder, harmless).warnings());
        }
    }

    @Test
    void hostBitsInANetworkAreMaskedWithAWarning() throws ConfigException {
        LoadedConfig loaded = Toml.load(folder, HEAD + PEER + "allowed_ips = \"10.9.0.7/16\"");
        assertEquals(
                List.of("10.9.0.0/16"), texts(loaded.config().peers().getFirst().allowedIps()));
        assertTrue(
                loaded.warnings()
                        .getFirst()
                        .endsWith(
                                ":7:1: allowed_ips: 10.9.0.7/16 has bits set behind its prefix;"
                                        + " using 10.9.0.0/16"));
    }

    @Test
    void keysAreReadInHexAndFromFilesBesideTheConfiguration() throws ConfigException {
        StringBuilder hex = new StringBuilder();
        for (byte b : java.util.Base64.getDecoder().decode(Toml.OWN)) {
            hex.append("%02X".formatted(b));
        }
        Toml.write(folder, "own.key", hex + "\n", "rw-------");
        String text = HEAD.replace("private_key = \"$OWN\"", "private_key_file = \"own.key\"");
        LoadedConfig loaded = Toml.load(folder, text);
        assertEquals(Toml.OWN_PUBLIC, loaded.config().iface().publicKey().toBase64());
        assertEquals(List.of(), loaded.warnings());
    }

    @Test
    void filesOpenToOthersAreWarnedAbout() throws ConfigException {
        Path key = Toml.write(folder, "own.key", Toml.OWN, "rw-r-----");
        Path file =
                Toml.write(
                        folder,
                        "open.toml",
                        Toml.fill(
                                HEAD.replace(
                                                "private_key = \"$OWN\"",
                                                "private_key_file = \"own.key\"")
                                        + PEER
                                        + "preshared_key = \"$B\""),
                        "rw-r--r--");
        assertEquals(
                List.of(
                        "warning: "
                                + file
                                + ": holds a secret key and is open to other users (rw-r--r--);"
                                + " run: chmod 600 "
                                + file,
                        "warning: "
                                + file
                                + ":2:1: private_key_file: "
                                + key
                                + " is open to other users (rw-r-----); run: chmod 600 "
                                + key),
                ConfigLoader.load(Optional.of(file), new Overrides()).warnings());
    }

    @Test
    void filesThatCannotBeRead() {
        assertRefused(folder.resolve("none.toml"), "there is no such file; check the path");
        assertRefused(folder, "is a directory; name the file in it");
        assertRefused(
                Toml.write(folder, "empty.toml", "", "rw-------"),
                "the file is empty; write an [interface] table, see the examples in config/");
        Path latin = Toml.write(folder, "latin.toml", "x", "rw-------");
        assertEquals(0, writeBytes(latin, new byte[] {'#', (byte) 0xe4}));
        assertRefused(latin, "is not UTF-8 text; is it the right file?");
    }

    private static int writeBytes(Path file, byte[] bytes) {
        try {
            java.nio.file.Files.write(file, bytes);
            return 0;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void assertRefused(Path file, String reason) {
        ConfigException e =
                assertThrows(
                        ConfigException.class,
                        () -> ConfigLoader.load(Optional.of(file), new Overrides()));
        assertEquals(List.of(file + ": " + reason), e.lines());
        assertEquals(0, e.getStackTrace().length);
    }

    @Test
    void whatIsPrintedCanBeReadAgainAndShowsNoSecret() throws ConfigException {
        String text =
                HEAD
                        + "cpus = \"0-1\"\nfwmark = 7\nudp_gso = \"off\"\n"
                        + PEER
                        + "name = \"a \\\"b\\\" \\\\\"\npreshared_key = \"$B\"\nendpoint = \"h.example:1\"\n"
                        + "allowed_ips = [\"192.168.1.0/24\"]\n";
        String printed = ConfigPrinter.print(Toml.load(folder, text).config());
        assertFalse(printed.contains(Toml.OWN));
        assertFalse(printed.contains(Toml.PEER_B));
        assertTrue(printed.contains(Toml.OWN_PUBLIC));
        String again =
                printed.replace("[interface]\n", "[interface]\nprivate_key = \"$OWN\"\n")
                        .replace("# preshared key hidden", "preshared_key = \"$B\"");
        assertEquals(printed, ConfigPrinter.print(Toml.load(folder, again).config()));
    }

    @Test
    void tenThousandPeersLoadInTime() throws ConfigException {
        StringBuilder text = new StringBuilder(HEAD.replace("10.100.0.1/24", "10.0.0.1/8"));
        for (int i = 0; i < 10_000; i++) {
            int high = 1 + i / 250;
            int low = i % 250;
            text.append("[[peers]]\npublic_key = \"").append(Toml.anyPublicKey(i)).append("\"\n");
            text.append("vip = \"10.%d.%d.1\"\n".formatted(high, low));
            text.append("allowed_ips = [\"172.%d.%d.0/24\", ".formatted(high, low));
            text.append("\"fd00:%x:%x::/48\"]\n".formatted(high, low));
        }
        long start = System.nanoTime();
        assertEquals(10_000, Toml.load(folder, text.toString()).config().peers().size());
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis < 10_000, () -> "took " + millis + " ms");
    }
}
