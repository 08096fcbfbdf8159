package dev.taltun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bin/taltun} asks of the JVM, which here is a script that repeats its arguments. */
class LauncherTest {
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir private Path folder;
    private Path java;
    private Path jar;

    @BeforeEach
    void install() throws IOException {
        Files.copy(Path.of("bin", "taltun"), folder.resolve("taltun"));
        jar = Files.createFile(folder.resolve("taltun.jar"));
        Files.setLastModifiedTime(jar, FileTime.from(THEN));
        java = folder.resolve("java");
        version("25.0.1");
    }

    private void version(String version) throws IOException {
        String script =
                """
                #!/bin/sh
                case $1 in
                  -version) echo 'openjdk version "VERSION"' >&2 ;;
                  *) echo "$@" ;;
                esac
                """;
        Files.writeString(java, script.replace("VERSION", version));
        assertTrue(java.toFile().setExecutable(true));
    }

    private void cache(long secondsAfterTheJar) throws IOException {
        Path cache = Files.createFile(folder.resolve("taltun.aot"));
        Files.setLastModifiedTime(cache, FileTime.from(THEN.plusSeconds(secondsAfterTheJar)));
    }

    private String run() throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder("sh", folder.resolve("taltun").toString(), "check", "-c", "x")
                        .redirectErrorStream(true);
        builder.environment().put("TALTUN_JAVA", java.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), said);
        assertTrue(said.endsWith("-jar " + jar.toRealPath() + " check -c x\n"), said);
        return said;
    }

    @Test
    void aCacheOfThisJarIsUsed() throws Exception {
        cache(1);
        assertTrue(run().contains("-XX:AOTCache=" + folder.toRealPath().resolve("taltun.aot")));
    }

    /** The JVM would take its classes for the new jar's. */
    @Test
    void aCacheThatIsOlderThanTheJarIsNot() throws Exception {
        cache(-1);
        assertFalse(run().contains("AOT"));
    }

    @Test
    void withoutACacheOrWithAnOlderJavaThereIsNone() throws Exception {
        assertFalse(run().contains("AOT"));
        cache(1);
        version("22.0.2");
        assertFalse(run().contains("AOT"));
    }
}
