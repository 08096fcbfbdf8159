package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The jar's commands as users type them: exit codes, one line per mistake, no secret printed. */
@Tag("jar")
final class CommandLineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Keys OWN = Keys.generate();
    private static final Keys PEER = Keys.generate();
    private static final String GOOD =
            """
            [interface]
            mode = "client"
            tun_name = "taltun0"
            local_addr = "0.0.0.0:51820"
            vip = "10.100.0.1/24"
            private_key = "%s"
            mtu = 1420

            [[peers]]
            name = "office"
            public_key = "%s"
            vip = "10.100.0.3"
            endpoint = "203.0.113.55:51820"
            allowed_ips = ["192.168.50.0/24"]
            """
                    .formatted(OWN.privateKey(), PEER.publicKey());

    @TempDir Path directory;

    private static Outcome taltun(String... arguments) {
        return Shell.attempt(PATIENCE, Taltun.command(arguments));
    }

    private Outcome check(String toml) throws IOException {
        Path file = Files.writeString(directory.resolve("config.toml"), toml);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return taltun("check", "-c", file.toString());
    }

    @Test
    void keysAreWireguardsKeys() {
        String first = taltun("genkey").output().strip();
        assertTrue(first.matches("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="), first);
        assertNotEquals(first, taltun("genkey").output().strip());
        assertTrue(taltun("genpsk").output().strip().matches("[A-Za-z0-9+/]{43}="));
        List<String> piped =
                new ArrayList<>(
                        List.of("sh", "-c", "echo " + OWN.privateKey() + " | \"$@\"", "sh"));
        piped.addAll(Taltun.command("pubkey"));
        assertEquals(OWN.publicKey(), Shell.require(piped).output().strip());
    }

    @Test
    void aGoodFileIsShownWithoutItsSecret() throws IOException {
        Outcome outcome = check(GOOD);
        assertEquals(0, outcome.exit(), outcome::output);
        assertTrue(outcome.output().contains("10.100.0.1/24"), outcome::output);
        assertTrue(outcome.output().contains(PEER.publicKey()), outcome::output);
        assertFalse(outcome.output().contains(OWN.privateKey()), outcome::output);
    }

    static List<Arguments> mistakes() {
        String peer = GOOD.substring(GOOD.indexOf("[[peers]]"));
        String vip = "vip = \"10.100.0.3\"";
        Keys other = Keys.generate();
        return List.of(
                mistake("[interface]", "[interface", "config\\.toml:1:\\d+"),
                mistake("mtu = ", "mtuu = ", "mtuu.*did you mean.*mtu"),
                mistake("mtu = 1420", "mtu = 70000", "mtu.*576"),
                mistake("mtu = 1420", "mtu = \"large\"", "mtu"),
                mistake(OWN.privateKey(), "c2hvcnQ=", "private_key"),
                mistake(OWN.privateKey(), "not base64!", "private_key"),
                mistake("private_key", "#private_key", "private_key"),
                mistake(PEER.publicKey(), OWN.publicKey(), "public_key|private_key"),
                mistake("10.100.0.1/24", "10.100.0.1/33", "vip"),
                mistake("0.0.0.0:51820", "0.0.0.0:518200", "local_addr"),
                mistake("192.168.50.0/24", "192.168.500.0/24", "allowed_ips"),
                mistake("203.0.113.55:51820", "203.0.113.55", "endpoint"),
                mistake("\"client\"", "\"clint\"", "mode.*client"),
                mistake("taltun0", "taltun0123456789", "tun_name.*15"),
                mistake(vip, "vip = \"10.100.0.1\"", "10\\.100\\.0\\.1"),
                mistake(peer, peer + second(PEER, "10.100.0.4", "51"), "public_key"),
                mistake(peer, peer + second(other, "10.100.0.3", "51"), "vip.*10\\.100\\.0\\.3"),
                mistake(
                        peer,
                        peer + second(other, "10.100.0.4", "50"),
                        "allowed_ips.*192\\.168\\.50\\.0/24"));
    }

    private static String second(Keys keys, String vip, String network) {
        return """
        [[peers]]
        public_key = "%s"
        vip = "%s"
        allowed_ips = ["192.168.%s.0/24"]
        """
                .formatted(keys.publicKey(), vip, network);
    }

    private static Arguments mistake(String good, String bad, String expected) {
        return Arguments.of(GOOD.replace(good, bad), expected);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("mistakes")
    void aMistakeIsOneLineThatNamesIt(String toml, String expected) throws IOException {
        Outcome outcome = check(toml);
        assertEquals(2, outcome.exit(), outcome::output);
        assertEquals(1, outcome.lines(), outcome::output);
        assertTrue(Pattern.compile(expected).matcher(outcome.output()).find(), outcome::output);
        assertTrue(outcome.output().contains("config.toml"), outcome::output);
        assertFalse(outcome.output().contains(OWN.privateKey()), outcome::output);
    }

    @Test
    void aMissingFileAndAnUnknownOptionAreNamed() {
        Outcome file = taltun("up", "-c", directory.resolve("absent.toml").toString());
        assertEquals(2, file.exit(), file::output);
        assertEquals(1, file.lines(), file::output);
        assertTrue(file.output().contains("absent.toml"), file::output);
        Outcome option = taltun("up", "--no-such-option");
        assertEquals(2, option.exit(), option::output);
        assertTrue(option.output().contains("--no-such-option"), option::output);
    }

    @Test
    void aKeyFileThatOthersMayReadIsWarnedOf() throws IOException {
        Path key = Files.writeString(directory.resolve("private.key"), OWN.privateKey() + "\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        String own = "private_key = \"" + OWN.privateKey() + "\"";
        Outcome outcome = check(GOOD.replace(own, "private_key_file = \"" + key + "\""));
        assertEquals(0, outcome.exit(), outcome::output);
        assertTrue(outcome.output().contains("private.key"), outcome::output);
        assertTrue(
                Pattern.compile("(?i)warning").matcher(outcome.output()).find(), outcome::output);
    }

    @Test
    void theVersionIsPrinted() {
        Outcome outcome = taltun("--version");
        assertEquals(0, outcome.exit(), outcome::output);
        assertTrue(outcome.output().matches("(?s).*\\d+\\.\\d+.*"), outcome::output);
    }
}
