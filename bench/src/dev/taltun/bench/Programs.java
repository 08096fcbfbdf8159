package dev.taltun.bench;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Finds programs and runs them to their end. */
final class Programs {
    /** For what only sets something up. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private Programs() {}

    /** Whether a program is on PATH. */
    static boolean found(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        for (String folder : path.split(":")) {
            if (!folder.isEmpty() && new File(folder, name).canExecute()) {
                return true;
            }
        }
        return false;
    }

    /** What it prints on both streams; a failure if it does not end well and in time. */
    static String run(Duration limit, List<String> command) throws BenchFailure {
        Ended ended = attempt(limit, command);
        if (ended.exit() != 0) {
            String last = ended.output().isBlank() ? "exit code " + ended.exit() : ended.output();
            throw new BenchFailure(named(command) + ": " + last);
        }
        return ended.output();
    }

    static String run(String... command) throws BenchFailure {
        return run(PATIENCE, List.of(command));
    }

    /** How a program ended, whatever the exit code. */
    record Ended(int exit, String output) {}

    static Ended attempt(Duration limit, List<String> command) throws BenchFailure {
        Process process = start(command);
        // Read beside the wait, so that a full pipe does not keep the program from ending.
        StringBuilder output = new StringBuilder();
        Thread reader = Thread.ofPlatform().daemon().start(() -> drain(process, output));
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BenchFailure(
                        named(command) + ": no end after " + limit.toSeconds() + " s");
            }
            reader.join(Duration.ofSeconds(1));
            synchronized (output) {
                return new Ended(process.exitValue(), output.toString());
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> command) throws BenchFailure {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .start();
        } catch (IOException e) {
            throw new BenchFailure("cannot start " + command.getFirst());
        }
    }

    private static void drain(Process process, StringBuilder output) {
        try (InputStream in = process.getInputStream()) {
            byte[] bytes = in.readAllBytes();
            synchronized (output) {
                output.append(new String(bytes, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            synchronized (output) {
                output.append(e.getMessage());
            }
        }
    }

    /** The program itself, not the way into its namespace. */
    private static String named(List<String> command) {
        boolean inside = command.size() > 4 && command.subList(0, 3).equals(Lab.INTO);
        return inside ? command.get(4) : String.join(" ", command);
    }

    /** Waits for the end of a program; false if it is still running after the time given. */
    static boolean endsWithin(Process process, long millis) throws BenchFailure {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** To be thrown when the thread was interrupted: keeps that in mind. */
    static BenchFailure interrupted() {
        Thread.currentThread().interrupt();
        return new BenchFailure("interrupted");
    }

    /** A file's text. */
    static String read(String path) {
        try (InputStream in = new java.io.FileInputStream(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
