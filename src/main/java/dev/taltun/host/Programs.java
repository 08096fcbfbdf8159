package dev.taltun.host;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Finds and runs the programs that this package leaves work to. */
final class Programs {
    /** Where they are on machines whose PATH for ordinary users leaves them out. */
    private static final List<String> SYSTEM_FOLDERS =
            List.of("/usr/sbin", "/sbin", "/usr/local/sbin");

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Must not keep the process from ending. */
    private static final Executor NEW_THREAD =
            task -> Thread.ofPlatform().daemon().name("taltun-program").start(task);

    /** How a program ended: its exit code, and both its output streams. */
    record Outcome(int exit, String output) {
        /** The first line that says something, for a message of one line. */
        String firstLine() {
            return output.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .findFirst()
                    .orElse("exit code " + exit);
        }
    }

    private Programs() {}

    /** The program of that name, if this machine has it. */
    static Optional<Path> find(String name) {
        String path = System.getenv("PATH");
        Stream<String> folders = Stream.of((path == null ? "" : path).split(File.pathSeparator));
        return Stream.concat(folders, SYSTEM_FOLDERS.stream())
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /**
     * Runs a program to its end.
     *
     * @param input what it reads
     * @throws IOException when it does not start or does not end; one line for the user
     */
    static Outcome run(Path program, List<String> arguments, String input) throws IOException {
        return run(program, arguments, input, PATIENCE);
    }

    /**
     * As above.
     *
     * @param patience how long it may take
     */
    static Outcome run(Path program, List<String> arguments, String input, Duration patience)
            throws IOException {
        Stream<String> command = Stream.concat(Stream.of(program.toString()), arguments.stream());
        ProcessBuilder builder = new ProcessBuilder(command.toList()).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try {
            try (var out = process.outputWriter(StandardCharsets.UTF_8)) {
                out.write(input);
            } catch (IOException e) {
                // It ended without reading all; its exit code and output say why.
                assert e != null;
            }
            // Not here: the output of one that hangs does not end either.
            String output =
                    CompletableFuture.supplyAsync(() -> outputOf(process), NEW_THREAD)
                            .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw endless(program, null);
            }
            return new Outcome(process.exitValue(), output);
        } catch (TimeoutException e) {
            throw endless(program, e);
        } catch (ExecutionException e) {
            throw new IOException("reading what " + program + " says: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + program, e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String outputOf(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static IOException endless(Path program, Exception cause) {
        return new IOException(program + " does not end; run it by hand to see why", cause);
    }
}
