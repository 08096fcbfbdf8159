package dev.taltun.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.routing.IpPrefix;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverridesTest {
    @TempDir Path folder;
    private Path key;

    @BeforeEach
    void writeKey() {
        key = Toml.write(folder, "own.key", Toml.OWN + "\n", "rw-------");
    }

    private Overrides complete() {
        return new Overrides()
                .set(InterfaceKey.PRIVATE_KEY_FILE, key.toString())
                .set(InterfaceKey.VIP, "10.100.0.1/24,fd00::1/64");
    }

    private static LoadedConfig load(Overrides overrides) throws ConfigException {
        return ConfigLoader.load(Optional.empty(), overrides);
    }

    private static List<String> mistakes(Overrides overrides) {
        return assertThrows(ConfigException.class, () -> load(overrides)).lines();
    }

    @Test
    void flagsAloneAreAConfiguration() throws ConfigException {
        Overrides flags =
                complete()
                        .set(InterfaceKey.MODE, "client")
                        .set(InterfaceKey.LOCAL_ADDR, ":4000")
                        .set(InterfaceKey.FWMARK, "0xca6c")
                        .set(InterfaceKey.DEBUG, "true")
                        .set(InterfaceKey.KEEPALIVE, "25")
                        .addPeer(
                                Toml.PEER_A
                                        + ",10.100.0.2,vpn.example:51820,192.168.1.0/24,fd01::/48")
                        .addPeer(Toml.PEER_B + ",10.100.0.3,,192.168.2.0/24");
        LoadedConfig loaded = load(flags);
        assertEquals(List.of(), loaded.warnings());
        assertEquals(Optional.empty(), loaded.file());
        InterfaceConfig iface = loaded.config().iface();
        assertEquals(Mode.CLIENT, iface.mode());
        assertEquals("[::]:4000", iface.local().toString());
        assertEquals(0xca6c, iface.fwmark());
        assertTrue(iface.debug());
        assertEquals(2, iface.vips().size());
        PeerConfig first = loaded.config().peers().get(0);
        assertEquals("vpn.example", first.endpoint().orElseThrow().host());
        assertEquals(
                List.of("192.168.1.0/24", "fd01::/48"),
                first.allowedIps().stream().map(IpPrefix::toString).toList());
        assertEquals(25, first.keepaliveSeconds());
        PeerConfig second = loaded.config().peers().get(1);
        assertEquals(Optional.empty(), second.endpoint());
        assertEquals("192.168.2.0/24", second.allowedIps().getFirst().toString());
    }

    @Test
    void flagsWinOverTheFile() throws ConfigException {
        Path file =
                Toml.write(
                        folder,
                        "config.toml",
                        Toml.fill(
                                """
                                [interface]
                                private_key = "not even a key"
                                vip = "10.0.0.1/24"
                                mtu = 1400
                                [[peers]]
                                name = "office"
                                public_key = "$A"
                                vip = "10.0.0.2"
                                endpoint = "a.example:1"
                                """),
                        "rw-------");
        Overrides flags =
                complete().set(InterfaceKey.MTU, "1300").addPeer(Toml.PEER_A + ",,b.example:2");
        TaltunConfig config = ConfigLoader.load(Optional.of(file), flags).config();
        assertEquals(1300, config.iface().mtu());
        assertEquals(Toml.OWN_PUBLIC, config.iface().publicKey().toBase64());
        assertEquals(1, config.peers().size());
        PeerConfig peer = config.peers().getFirst();
        assertEquals("office", peer.name());
        assertEquals("10.0.0.2/32", peer.vips().getFirst().toString());
        assertEquals("b.example:2", peer.endpoint().orElseThrow().toString());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            delimiter = '|',
            value = {
                "MTU | abc | --mtu: \"abc\" is not a whole number; write --mtu 10",
                "MTU | 1 | --mtu: 1 is not between 576 and 65535; 1420 fits any Ethernet path",
                "VIP | 10.1 | --vip: \"10.1\": an IPv4 address has four numbers, like 10.100.0.1; write it like 10.100.0.1/24 or fd00::1/64",
                "DEBUG | maybe | --debug: \"maybe\" is neither true nor false; write --debug true",
                "MODE | hub | --mode: \"hub\" is not one of server, client, lighthouse; write one of them",
                "PRIVATE_KEY_FILE | /no/key | --private-key-file: /no/key: there is no such file; check the path",
                "UDP_GSO | on | --udp-gso: \"on\" is not one of auto, off; write one of them",
                "TUN_NAME | a:b | --tun: \"a:b\": an interface's name has no white space, \"/\", \":\" or \"%\"; use one like taltun0",
            })
    void errorsNameTheFlag(InterfaceKey flag, String value, String message) {
        assertEquals(List.of(message), mistakes(complete().set(flag, value)));
    }

    @Test
    void peerErrorsNameTheFlag() {
        assertEquals(
                List.of("--peer: the VIP is missing; write KEY,VIP[,ENDPOINT[,CIDR...]]"),
                mistakes(complete().addPeer(Toml.PEER_A)));
        assertEquals(
                List.of(
                        "--peer: the key is too short: 3 characters; a key has 44 in base64 or 64"
                                + " in hex"),
                mistakes(complete().addPeer("abc,10.0.0.2")));
        assertEquals(
                List.of(
                        "--peer #2: the same key as in --peer #1; give each peer its own key, or"
                                + " make the two entries one",
                        "--peer #2: 10.100.0.2 is already the VIP of peer \""
                                + abbreviated(Toml.PEER_A)
                                + "\" (--peer #1); give it to one of them only"),
                mistakes(
                        complete()
                                .addPeer(Toml.PEER_A + ",10.100.0.2")
                                .addPeer(Toml.PEER_A + ",10.100.0.2")));
    }

    private static String abbreviated(String key) {
        return dev.taltun.crypto.PublicKey.parse(key).abbreviated();
    }

    @Test
    void saysWhatIsMissing() {
        assertEquals(
                List.of(
                        "--vip: missing; give this node's address inside the VPN, like"
                                + " 10.100.0.1/24",
                        "--private-key-file: missing; run \"taltun genkey > private.key\" and"
                                + " name that file"),
                mistakes(new Overrides().set(InterfaceKey.MTU, "1400")));
        assertEquals(
                List.of(
                        "no configuration: there is neither ./config.toml nor"
                                + " /etc/taltun/config.toml; name a file with -c FILE, or give"
                                + " --private-key-file, --vip and --peer"),
                mistakes(new Overrides()));
    }

    @Test
    void everyKeyButThePrivateKeyHasItsOwnFlag() {
        Set<String> flags = new HashSet<>();
        Arrays.stream(InterfaceKey.values())
                .filter(key -> key != InterfaceKey.PRIVATE_KEY)
                .forEach(key -> assertTrue(flags.add(key.flag()), key.flag()));
    }
}
