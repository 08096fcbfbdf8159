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

    @Test
    void theCollectorTheHeapAndTheHeadersAreThoseForASmallProgram() throws Exception {
        String said = run();
        assertTrue(said.contains(" -Xms8m -Xmx256m "), said);
        assertTrue(said.contains("-XX:+UseSerialGC "), said);
        assertTrue(said.contains("-XX:+UseCompactObjectHeaders "), said);
        assertTrue(said.contains("--enable-native-access=ALL-UNNAMED "), said);
        // The shell must not take it for a pattern of file names.
        assertTrue(said.contains("-XX:CompileCommand=dontinline,dev.taltun.ffi.Libc::* "), said);
    }

    /** A JVM refuses to start with an option that it does not know. */
    @Test
    void optionsThatSomeJvmsLackAreForThoseThatHaveThem() throws Exception {
        cache(1);
        assertTrue(run().contains("-XX:Tier3InvokeNotifyFreqLog"));
        version("27.0.1");
        String later = run();
        assertFalse(later.contains("NotifyFreqLog"), later);
        assertTrue(later.contains("-XX:AOTCache="), later);
        version("24.0.1");
        String earlier = run();
        assertFalse(earlier.contains("UseCompactObjectHeaders"), earlier);
        assertTrue(earlier.contains("-XX:+UseSerialGC "), earlier);
    }

    /** The file beside it says what a JDK is, in a fiftieth of the time. */
    @Test
    void theVersionIsReadFromTheJdksReleaseFile() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("jdk").resolve("bin"));
        Files.writeString(
                folder.resolve("jdk").resolve("release"),
                "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.1\"\n");
        version("17.0.1");
        java = Files.move(java, bin.resolve("java"));
        assertTrue(run().contains("-XX:+UseCompactObjectHeaders "));
    }
}
