package dev.taltun.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file that was read again says otherwise. */
class ConfigDifferenceTest {
    private static final String HEAD =
            "[interface]\nprivate_key = \"$OWN\"\nvip = \"10.100.0.1/24\"\n";
    private static final String A = "[[peers]]\npublic_key = \"$A\"\nvip = \"10.100.0.2\"\n";
    private static final String B = "[[peers]]\npublic_key = \"$B\"\nvip = \"10.100.0.3\"\n";

    @TempDir Path folder;

    private ConfigDifference between(String before, String after) throws ConfigException {
        return ConfigDifference.between(
                Toml.load(folder, before).config(), Toml.load(folder, after).config());
    }

    private static List<String> keys(List<PeerConfig> peers) {
        return peers.stream().map(peer -> peer.publicKey().toBase64()).toList();
    }

    @Test
    void theSameFileIsNoDifference() throws ConfigException {
        String psk = "preshared_key = \"" + Toml.privateKey(7) + "\"\n";
        ConfigDifference none = between(HEAD + A + psk + B, HEAD + B + A + psk);
        assertEquals(
                new ConfigDifference(List.of(), List.of(), List.of(), List.of()),
                none,
                "nor are another order and keys in other places of memory");
    }

    @Test
    void peersComeAndGo() throws ConfigException {
        ConfigDifference difference = between(HEAD + A, HEAD + B);
        assertEquals(List.of(Toml.PEER_B), keys(difference.added()));
        assertEquals(
                List.of(Toml.PEER_A),
                difference.removed().stream().map(key -> key.toBase64()).toList());
        assertEquals(List.of(), difference.changed());
    }

    @Test
    void everyValueOfAPeerCounts() throws ConfigException {
        for (String line :
                List.of(
                        "name = \"a\"",
                        "endpoint = \"192.0.2.1:5\"",
                        "allowed_ips = [\"10.1.0.0/16\"]",
                        "keepalive = 11",
                        "preshared_key = \"" + Toml.privateKey(7) + "\"",
                        "cipher = \"aes-256-gcm\"")) {
            ConfigDifference difference = between(HEAD + A + B, HEAD + A + line + "\n" + B);
            assertEquals(List.of(Toml.PEER_A), keys(difference.changed()), line);
            assertTrue(difference.added().isEmpty() && difference.removed().isEmpty(), line);
            assertEquals(List.of(), difference.atNextStart(), line);
        }
        String psk = "preshared_key = \"%s\"\n";
        assertEquals(
                1,
                between(
                                HEAD + A + psk.formatted(Toml.privateKey(7)),
                                HEAD + A + psk.formatted(Toml.privateKey(8)))
                        .changed()
                        .size());
    }

    @Test
    void defaultsOfTheInterfaceChangeThePeersThatUseThem() throws ConfigException {
        ConfigDifference difference =
                between(
                        HEAD + A + B + "keepalive = 5\n",
                        HEAD + "keepalive = 7\n" + A + B + "keepalive = 5\n");
        assertEquals(List.of(Toml.PEER_A), keys(difference.changed()));
        assertEquals(List.of(), difference.atNextStart());
    }

    @Test
    void whatWaitsForTheNextStartIsNamedLineByLine() throws ConfigException {
        String after =
                HEAD.replace("$OWN", Toml.privateKey(5)).replace("0.1/24", "0.9/24")
                        + "mtu = 1300\nroutes = [\"10.7.0.0/16\"]\n"
                        + A
                        + "\n[gateway]\nforward = true\n";
        List<String> lines = between(HEAD + A, after).atNextStart();
        assertTrue(lines.contains("mtu: now 1300, was 1420"), lines::toString);
        assertTrue(
                lines.contains("vip: now [\"10.100.0.9/24\"], was [\"10.100.0.1/24\"]"),
                lines::toString);
        assertTrue(lines.contains("forward: now true, was not given"), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("private_key: now that of ")));
        assertTrue(lines.stream().noneMatch(line -> line.startsWith("routes")), lines::toString);
        assertTrue(lines.stream().noneMatch(line -> line.contains(Toml.privateKey(5))));
    }

    @Test
    void theNodeGoesOnWithTheRoutesOfTheNewFileAndAllElseOfTheOld() throws ConfigException {
        TaltunConfig before = Toml.load(folder, HEAD + A).config();
        TaltunConfig after =
                Toml.load(folder, HEAD + "mtu = 1300\nroutes = [\"10.7.0.0/16\"]\n" + B).config();
        TaltunConfig running = before.withPeersAndRoutesOf(after);
        assertEquals(after.peers(), running.peers());
        assertEquals(after.iface().routes(), running.iface().routes());
        assertEquals(1420, running.iface().mtu());
        assertEquals(
                List.of("mtu: now 1300, was 1420"),
                ConfigDifference.between(running, after).atNextStart());
    }
}
