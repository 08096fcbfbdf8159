package dev.taltun.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is typed, only the declared errors come out, each in one line and without the secret.
 */
class HostileTextTest {
    private static final String GOOD =
            Toml.fill(
                    """
                    [interface]
                    mode = "client"
                    private_key = "$OWN"
                    vip = ["10.100.0.1/24", "fd00::1/64"]
                    mtu = 1400
                    cpus = "0-3"
                    local_addr = "[::]:51820"

                    [[peers]]
                    name = "office"
                    public_key = "$A"
                    preshared_key = "$SECRET="
                    vip = "10.100.0.3"
                    endpoint = "vpn.example.com:51820"
                    allowed_ips = ["192.168.50.0/24"]
                    keepalive = 10
                    """);

    private static final String PIECES = "[]{}=\"'\\,.#:\n \t-+0123456789abcdeftruexn\u0000é\ufeff";

    @Provide
    Arbitrary<String> typed() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("0123456789abcdef.:/[],- x%").ofMaxLength(60),
                Arbitraries.strings().ofMaxLength(60));
    }

    @Property
    void valueParsers(@ForAll("typed") String text) {
        List<Function<String, Object>> parsers =
                List.of(Endpoint::parse, ListenAddress::parse, CpuList::parse);
        for (Function<String, Object> parser : parsers) {
            try {
                Object value = parser.apply(text);
                assertTrue(parser.apply(value.toString()).equals(value), value::toString);
            } catch (IllegalArgumentException e) {
                assertFalse(e.getMessage().contains("\n"));
            }
        }
    }

    @Property(tries = 400)
    void damagedFiles(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(GOOD);
        int changes = 1 + random.nextInt(6);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(text.length());
            char piece = PIECES.charAt(random.nextInt(PIECES.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, piece);
                case 1 -> text.insert(at, piece);
                case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(20)));
                default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 40)));
            }
            if (text.isEmpty()) {
                text.append('x');
            }
        }
        readsOrRefuses(text.toString());
    }

    @Property(tries = 400)
    void randomPieces(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(200);
        for (int i = 0; i < length; i++) {
            text.append(PIECES.charAt(random.nextInt(PIECES.length())));
        }
        readsOrRefuses(text.toString());
    }

    /** Everything behind reading the file itself; its secret must not come out in whole or half. */
    private static void readsOrRefuses(String text) {
        Problems problems = new Problems();
        RawConfig raw = new TomlReader("FILE", problems).read(text);
        if (raw != null) {
            InterfaceDraft iface =
                    new InterfaceResolver(raw.iface(), problems)
                            .resolve(new PrivateKeyReader(problems, Path.of("/nonexistent")));
            PeerResolver peers = new PeerResolver(problems, iface.config());
            raw.peers().forEach(peers::resolve);
        }
        try {
            problems.throwIfAny();
        } catch (ConfigException e) {
            for (String line : e.lines()) {
                assertTrue(line.startsWith("FILE"), line);
                assertFalse(line.contains("\n") || line.contains("\r"), line);
                assertFalse(line.contains(Toml.SECRET_MARK.substring(0, 20)), line);
                assertFalse(line.contains(Toml.OWN.substring(0, 20)), line);
            }
        }
    }

    @Property
    void peerFlags(@ForAll("typed") String text) {
        try {
            ConfigLoader.load(Optional.empty(), new Overrides().addPeer(text));
        } catch (ConfigException e) {
            e.lines().forEach(line -> assertFalse(line.contains("\n")));
        }
    }

    @Test
    void deepNestingIsRefused(@TempDir Path folder) {
        for (String deep : List.of("a=" + "[".repeat(100_000), "a=" + "{b=".repeat(100_000))) {
            assertFalse(Toml.mistakes(folder, deep).isEmpty());
        }
        assertFalse(Toml.mistakes(folder, "[" + "a.".repeat(50_000) + "a]").isEmpty());
    }

    /** Found by the properties above: the parser's error recovery trips over its own assertion. */
    @Test
    void whatOutwitsTheParserIsRefused(@TempDir Path folder) {
        assertEquals(
                List.of("FILE: not readable as TOML; start from an example in config/"),
                Toml.mistakes(folder, "[e#\0"));
    }

    @Test
    void randomBytes(@TempDir Path folder) throws IOException {
        Random random = new Random(11);
        Path file = folder.resolve("random");
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            Files.write(file, i % 2 == 0 ? bytes : ascii(bytes));
            try {
                ConfigLoader.load(Optional.of(file), new Overrides()).config().close();
            } catch (ConfigException e) {
                e.lines().forEach(line -> assertFalse(line.contains("\n")));
            }
        }
    }

    private static byte[] ascii(byte[] bytes) {
        byte[] text = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            text[i] = (byte) (bytes[i] & 0x7f);
        }
        return new String(text, StandardCharsets.US_ASCII).getBytes(StandardCharsets.UTF_8);
    }
}
