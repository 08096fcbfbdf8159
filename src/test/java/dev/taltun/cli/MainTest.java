package dev.taltun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.config.InterfaceConfig;
import dev.taltun.config.InterfaceKey;
import dev.taltun.config.LoadedConfig;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line in this process: what it prints where, and its exit codes. */
class MainTest {
    private static final String SECRET = "WIl3c2JJXrHmCsmRJgyBTLO4NXbAB1QZsC0XtHmBsHA=";
    private static final String PUBLIC = publicKey(SECRET);

    @TempDir Path folder;

    /** What one run gave. */
    private record Outcome(int code, String out, String err, List<LoadedConfig> launched) {}

    private Outcome run(String input, Path outFile, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<LoadedConfig> launched = new ArrayList<>();
        Console console =
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        outFile);
        EngineLauncher launcher =
                (loaded, again, ignored) -> {
                    launched.add(loaded);
                    return ExitCode.OK;
                };
        int code = new Main(launcher, (config, inherited, log, onReady) -> 0, console).run(args);
        return new Outcome(
                code,
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8),
                launched);
    }

    private Outcome run(String... args) {
        return run("", Path.of("/dev/null"), args);
    }

    private static String publicKey(String secret) {
        try (SecretKey key = SecretKey.parse(secret)) {
            return X25519.publicKey(key).toBase64();
        }
    }

    private Path write(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private Path config() throws IOException {
        return write(
                "node.toml",
                """
                [interface]
                private_key = "%s"
                vip = "10.100.0.1/24"
                mtu = 1400
                """
                        .formatted(SECRET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-h", "--help", "help"})
    void help(String word) {
        Outcome outcome = run(word);
        assertEquals(0, outcome.code);
        assertEquals("", outcome.err);
        for (String command :
                List.of("up", "check", "genkey", "pubkey", "genpsk", "crypto", "demo")) {
            assertTrue(outcome.out.contains("\n  " + command + " "), command);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "check", "genkey", "pubkey", "genpsk", "crypto", "demo"})
    void everyCommandHasHelp(String command) {
        Outcome outcome = run(command, "--help");
        assertEquals(0, outcome.code);
        assertEquals("", outcome.err);
        assertTrue(outcome.out.startsWith("Usage: taltun " + command), outcome.out);
        assertTrue(outcome.out.lines().count() > 3, "says something");
        assertTrue(outcome.out.lines().allMatch(line -> line.length() <= 100), "fits a terminal");
        assertEquals(outcome.out, run("help", command).out);
    }

    @Test
    void upListsAFlagForEveryKey() {
        String help = run("up", "--help").out;
        for (InterfaceKey key : InterfaceKey.values()) {
            assertTrue(help.contains(key.flag()), key.flag());
        }
        assertTrue(help.contains("--peer"));
        assertEquals(help, run("-c", "x", "--help").out, "up is the default command");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-V", "--version"})
    void version(String word) {
        Outcome outcome = run(word);
        assertEquals(0, outcome.code);
        assertTrue(outcome.out.matches("taltun \\S.*\n"), outcome.out);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "genkye | taltun: unknown command \"genkye\"; did you mean \"genkey\"?",
                "frobnicate | taltun: unknown command \"frobnicate\"; known are: up, check, status, ping, netcheck, wg, genkey, pubkey, genpsk, crypto, demo",
                "config.toml | taltun: unknown command \"config.toml\"; write: taltun up -c FILE",
                "--mut 1400 | taltun up: unknown option --mut; did you mean --mtu?",
                "--mut=1400 | taltun up: unknown option --mut; did you mean --mtu?",
                "up --frobnicate | taltun up: unknown option --frobnicate; see taltun up --help",
                "check --private-key abc | taltun check: unknown option --private-key; did you mean --private-key-file?",
                "up --mtu | taltun up: --mtu needs a value (BYTES); see taltun up --help",
                "up -c | taltun up: --config needs a value (FILE); see taltun up --help",
                "up there | taltun up: unknown argument \"there\"; see taltun up --help",
                "up own.toml | taltun up: unknown argument \"own.toml\"; did you mean -c own.toml?",
                "genkey 5.toml | taltun genkey: unknown argument \"5.toml\"; see taltun genkey --help",
                "genkey 5 | taltun genkey: unknown argument \"5\"; see taltun genkey --help",
                "-c /no/such/file.toml | /no/such/file.toml: there is no such file; check the path",
                "check -c /dev | /dev: is a directory; name the file in it",
                "check -c /dev/null | /dev/null: the file is empty; write an [interface] table, see the examples in config/",
                "netcheck -c /dev/null | /dev/null: the file is empty; write an [interface] table, see the examples in config/",
                "ping office | taltun ping: \"office\" is not an IP address; write one inside the VPN",
                "check --mtu=1400 | --vip: missing; give this node's address inside the VPN, like 10.100.0.1/24",
            })
    void mistakesAreOneLineAndExitCode2(String args, String line) {
        Outcome outcome = run(args.split(" "));
        assertEquals(2, outcome.code);
        assertEquals("", outcome.out);
        assertEquals(line, outcome.err.lines().findFirst().orElse(""));
    }

    @Test
    void aSecretInTheWrongPlaceIsNotRepeated() {
        for (String[] args :
                List.of(
                        new String[] {SECRET},
                        new String[] {"up", SECRET},
                        new String[] {"up", "--private-key", SECRET},
                        new String[] {"up", "--private-key=" + SECRET},
                        new String[] {"up", "--private-key-file", SECRET, "--vip", SECRET},
                        new String[] {"up", "--peer", SECRET},
                        new String[] {"up", "--peer", "x," + SECRET + "," + SECRET},
                        new String[] {"up", "-c", SECRET},
                        new String[] {"up", "--mtu", SECRET, "--mode", SECRET, "--cpus", SECRET},
                        new String[] {"pubkey", SECRET})) {
            Outcome outcome = run(args);
            assertEquals(2, outcome.code, () -> Arrays.toString(args));
            assertFalse(outcome.err.contains(SECRET.substring(0, 20)), outcome.err);
        }
    }

    @Test
    void makesKeys() {
        Outcome first = run("genkey");
        Outcome second = run("genkey");
        assertEquals(0, first.code);
        assertEquals("", first.err);
        assertEquals(45, first.out.length());
        assertNotEquals(first.out, second.out);
        Outcome shown = run(first.out, Path.of("/dev/null"), "pubkey");
        assertEquals(publicKey(first.out), shown.out.strip());
        PublicKey.parse(run("genpsk").out);
    }

    @ParameterizedTest
    @CsvSource({"rw-------, false", "rw-r-----, true", "rw-r--r--, true", "rw-----w-, false"})
    void warnsWhenASecretGoesToAReadableFile(String permissions, boolean warned)
            throws IOException {
        Path file = write("out", "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        for (String command : List.of("genkey", "genpsk")) {
            Outcome outcome = run("", file, command);
            assertEquals(0, outcome.code);
            assertEquals(45, outcome.out.length());
            assertEquals(
                    warned
                            ? "warning: the secret goes to a file that other users may read; set"
                                    + " umask 077 and make a new one\n"
                            : "",
                    outcome.err);
        }
    }

    @Test
    void pubkeyTakesBase64AndHex() {
        byte[] bytes = java.util.Base64.getDecoder().decode(SECRET);
        String hex = java.util.HexFormat.of().formatHex(bytes);
        for (String input : List.of(SECRET, SECRET + "\n", " " + hex + "\r\n")) {
            assertEquals(PUBLIC + "\n", run(input, Path.of("/dev/null"), "pubkey").out);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | the key is missing; write: taltun pubkey < private.key",
                "abc | the key is too short: 3 characters; a key has 44 in base64 or 64 in hex",
                "a\u0000c | the key holds a character that is neither base64 nor hex (character 2); write: taltun pubkey < private.key",
            })
    void pubkeyRefusesInOneLine(String input, String reason) {
        Outcome outcome = run(input, Path.of("/dev/null"), "pubkey");
        assertEquals(2, outcome.code);
        assertEquals("", outcome.out);
        assertEquals("taltun pubkey: " + reason + "\n", outcome.err);
    }

    @Test
    void checkPrintsWhatTheFileResolvesTo() throws IOException {
        Outcome outcome =
                run("check", "-c", config().toString(), "--debug", "--vip", "10.1.0.1/16");
        assertEquals(0, outcome.code);
        assertEquals("", outcome.err);
        assertTrue(outcome.out.contains("mtu           = 1400\n"), outcome.out);
        assertTrue(outcome.out.contains("vip           = [\"10.1.0.1/16\"]\n"), outcome.out);
        assertTrue(outcome.out.contains("debug         = true\n"), outcome.out);
        assertTrue(outcome.out.contains(PUBLIC));
        assertFalse(outcome.out.contains(SECRET));
    }

    @Test
    void upHandsTheConfigurationToTheEngine() throws IOException {
        String file = config().toString();
        for (String[] args :
                List.of(new String[] {"-c", file}, new String[] {"up", "--config=" + file})) {
            Outcome outcome = run(args);
            assertEquals(0, outcome.code);
            assertEquals(1, outcome.launched.size());
            assertEquals(1400, outcome.launched.getFirst().config().iface().mtu());
        }
        assertEquals(List.of(), run("-c", file, "--mtu", "1").launched);
    }

    @Test
    void upRunsOnFlagsAlone() throws IOException {
        String key = write("own.key", SECRET).toString();
        Outcome outcome =
                run(
                        "--private-key-file",
                        key,
                        "--vip",
                        "10.1.0.1/16",
                        "--vip=fd00::1/64",
                        "--mode",
                        "client",
                        "--tun",
                        "tt0",
                        "--local",
                        ":0",
                        "--mtu",
                        "9000",
                        "--debug",
                        "--cipher",
                        "aes-256-gcm",
                        "--crypto",
                        "jdk",
                        "--keepalive",
                        "0",
                        "--fwmark",
                        "0x10",
                        "--tun-tso",
                        "off",
                        "--tun-uso=off",
                        "--udp-gso",
                        "off",
                        "--udp-gro",
                        "off",
                        "--workers",
                        "2",
                        "--cpus",
                        "0-1",
                        "--routes",
                        "10.2.0.0/16,10.3.0.0/16",
                        "--routes",
                        "10.4.0.0/16",
                        "--mtu",
                        "1300",
                        "--peer",
                        publicKey("1".repeat(64)) + ",10.1.0.2,a.example:1,10.9.0.0/16",
                        "--peer",
                        publicKey("2".repeat(64)) + ",10.1.0.3");
        assertEquals("", outcome.err);
        assertEquals(0, outcome.code);
        LoadedConfig loaded = outcome.launched.getFirst();
        InterfaceConfig iface = loaded.config().iface();
        assertEquals("[10.1.0.1/16, fd00::1/64]", iface.vips().toString());
        assertEquals("[10.2.0.0/16, 10.3.0.0/16, 10.4.0.0/16]", iface.routes().toString());
        assertEquals(1300, iface.mtu(), "the last one wins");
        assertTrue(iface.debug());
        assertEquals("tt0", iface.tunName());
        assertEquals(2, loaded.config().peers().size());
        assertEquals(0, loaded.config().peers().getFirst().keepaliveSeconds());
    }

    @Test
    void randomArgumentsNeverEndInAStackTrace() {
        Random random = new Random(5);
        String[] words = {
            "up", "check", "pubkey", "genkey", "-c", "--config", "--mtu", "--vip", "--peer", "-",
                    "--",
            "=", "-x", "--debug", "@file", "", "a,b,c", "10.0.0.1", "\u0000", "-cx", "--mtu=", "é"
        };
        for (int i = 0; i < 500; i++) {
            String[] args = new String[random.nextInt(6)];
            Arrays.setAll(args, index -> words[random.nextInt(words.length)]);
            Outcome outcome = run(args);
            assertTrue(outcome.code == 0 || outcome.code == 2, () -> Arrays.toString(args));
            assertFalse(outcome.err.contains("Exception"), outcome.err);
            assertFalse(outcome.err.contains("\tat "), outcome.err);
        }
    }

    /** A row for each cipher of each provider; those of the JDK are on every machine. */
    @Test
    void cryptoListsEveryProvidersTimes() {
        Outcome outcome = run("crypto");
        assertEquals(0, outcome.code, outcome.err);
        List<String> lines = outcome.out.lines().toList();
        assertTrue(
                lines.getFirst().matches("provider +version +cipher +64 B +512 B +1420 B"),
                lines.getFirst());
        for (String name : List.of("ipsec-mb", "openssl", "jdk", "bouncycastle")) {
            assertTrue(lines.stream().anyMatch(line -> line.startsWith(name + " ")), outcome.out);
        }
        for (String line : lines.subList(1, lines.size())) {
            assertTrue(
                    line.matches("\\S+ +not available: .+")
                            || line.matches(
                                    "\\S+ +\\S+ +(chacha20-poly1305|aes-256-gcm)( +[1-9]\\d* ns){3}"),
                    line);
        }
        for (String cipher : List.of("chacha20-poly1305", "aes-256-gcm")) {
            assertTrue(
                    lines.stream().anyMatch(l -> l.startsWith("jdk ") && l.contains(cipher)),
                    outcome.out);
        }
    }
}
