package dev.taltun.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commented examples in {@code config/} load, and their comments are true. */
class ExamplesTest {
    private static final Path FOLDER = Path.of("config");

    @TempDir Path folder;

    static List<String> examples() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".toml"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void thereAreExamples() throws IOException {
        List<String> told =
                List.of(
                        "client.toml",
                        "home.toml",
                        "hub.toml",
                        "lighthouse.toml",
                        "office.toml",
                        "road-warrior.toml",
                        "server.toml");
        assertTrue(examples().containsAll(told));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void load(String name) throws IOException, ConfigException {
        LoadedConfig loaded = loaded(name, Files.readString(FOLDER.resolve(name)));
        assertEquals(List.of(), loaded.warnings());
        assertFalse(loaded.config().peers().isEmpty());
    }

    /** A commented key shows its default, so taking the comments away changes nothing. */
    @ParameterizedTest
    @MethodSource("examples")
    void commentedDefaultsAreTheDefaults(String name) throws IOException, ConfigException {
        String text = Files.readString(FOLDER.resolve(name));
        // Left commented: values that are examples rather than defaults, or repeat a key.
        String open =
                text.replaceAll(
                        "(?m)^# (?!vip = \\[|routes = |cpus = |fwmark = 0xca6c)"
                                + "((?:[a-z_]+) = (?!.*\\.\\.\\.).*)$",
                        "$1");
        assertFalse(open.equals(text));
        assertEquals(
                ConfigPrinter.print(loaded(name, text).config()),
                ConfigPrinter.print(loaded(name, open).config()));
    }

    private LoadedConfig loaded(String name, String text) throws ConfigException {
        Toml.write(folder, "private.key", Toml.OWN, "rw-------");
        Path file = Toml.write(folder, name, text, "rw-r--r--");
        return ConfigLoader.load(Optional.of(file), new Overrides());
    }
}
