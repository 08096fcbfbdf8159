package dev.taltun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The programs that work is left to, as real ones. */
class ProgramsTest {
    private static final Path SHELL = Path.of("/bin/sh");
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void outputAndExitCodeAreTold() throws IOException {
        Programs.Outcome outcome =
                Programs.run(SHELL, List.of("-c", "cat; echo bad >&2; exit 3"), "in\n");
        assertEquals(new Programs.Outcome(3, "in\nbad\n"), outcome);
    }

    /** resolvectl does, when D-Bus does. */
    @Test
    void oneThatHangsIsGivenUp() {
        IOException e =
                assertTimeoutPreemptively(
                        SOON,
                        () ->
                                assertThrows(
                                        IOException.class,
                                        () ->
                                                Programs.run(
                                                        SHELL,
                                                        List.of("-c", "exec sleep 60"),
                                                        "",
                                                        Duration.ofMillis(100))));
        assertTrue(e.getMessage().contains("does not end"), e::getMessage);
    }
}
