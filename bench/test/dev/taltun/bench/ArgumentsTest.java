package dev.taltun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What {@code make bench} says to arguments that make no sense, whoever asks. */
final class ArgumentsTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private String refused(String... arguments) {
        PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
        assertEquals(2, Bench.run(err, arguments), "exit code");
        String text = said.toString(StandardCharsets.UTF_8);
        assertEquals(1, text.lines().count(), text);
        return text.strip();
    }

    @Test
    void unknownNamesAreAnsweredWithThoseThereAre() {
        String text = refused("--only", "raw,taltun-rot13");
        assertTrue(
                text.startsWith("bench: ONLY=taltun-rot13: choose of raw,taltun-chacha,taltun-aes"),
                text);
    }

    @Test
    void nothingCannotBeMeasured() {
        assertEquals("bench: REPS and SECONDS are at least 1", refused("--reps", "0"));
    }

    @Test
    void anUnknownFlagIsNamed() {
        assertTrue(refused("--nope").contains("--nope"));
    }
}
