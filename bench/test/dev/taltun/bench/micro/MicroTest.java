package dev.taltun.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What {@code make bench-micro} says to arguments that make no sense. */
final class MicroTest {
    private static String refused(String only) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
        assertEquals(2, Micro.run(err, "--only", only), "exit code");
        String text = said.toString(StandardCharsets.UTF_8);
        assertEquals(1, text.lines().count(), text);
        return text.strip();
    }

    @Test
    void unknownNamesAreAnsweredWithThoseThereAre() {
        String text = refused("Rot13");
        assertTrue(text.startsWith("bench-micro: ONLY=Rot13: choose of AeadBenchmark, "), text);
    }

    @Test
    void anExpressionThatIsNoneIsRefused() {
        assertTrue(refused("(").startsWith("bench-micro: ONLY=("));
    }
}
