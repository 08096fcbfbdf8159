package dev.taltun.netns;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A running program with its output captured line by line. Whoever started it ends it, by {@link
 * #terminate}, {@link #kill} or {@link #close}; a {@link Lab} closes all that were started through
 * it.
 */
public final class Background implements AutoCloseable {
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final List<String> command;
    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();

    private Background(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        this.reader =
                Thread.ofPlatform().daemon().name("log of " + process.pid()).start(this::read);
    }

    /** Starts a program with nothing on its input and both output streams captured together. */
    public static Background start(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true).redirectInput(new File("/dev/null"));
        try {
            return new Background(List.copyOf(command), builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
        }
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                append(line);
            }
        } catch (IOException e) {
            append("(output lost: " + e.getMessage() + ")");
        }
    }

    private synchronized void append(String line) {
        lines.add(line);
        notifyAll();
    }

    public long pid() {
        return process.pid();
    }

    /** The command line that was started. */
    public List<String> command() {
        return command;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    public String log() {
        return String.join("\n", lines());
    }

    public long count(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return lines().stream().filter(line -> pattern.matcher(line).find()).count();
    }

    /** The first line, past or future, in which the expression is found. */
    public synchronized String awaitLine(String regex, Duration timeout) {
        Pattern pattern = Pattern.compile(regex);
        long deadline = System.nanoTime() + timeout.toNanos();
        int next = 0;
        while (true) {
            for (; next < lines.size(); next++) {
                if (pattern.matcher(lines.get(next)).find()) {
                    return lines.get(next);
                }
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0 || (!process.isAlive() && !reader.isAlive())) {
                throw new AssertionError("no line like \"" + regex + "\" from " + this);
            }
            try {
                wait(Math.min(left, 100));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + regex, e);
            }
        }
    }

    /** Waits for its end; fails, and kills it, when it lives on. */
    public Outcome await(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                kill();
                throw new AssertionError("still running after " + timeout + ": " + this);
            }
            reader.join(LAST_WORDS);
            return new Outcome(process.exitValue(), log());
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + this, e);
        }
    }

    /** SIGTERM, then its end. */
    public Outcome terminate(Duration timeout) {
        process.destroy();
        return await(timeout);
    }

    /** SIGKILL; returns when the process is gone. */
    public void kill() {
        process.destroyForcibly();
        boolean interrupted = Thread.interrupted();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }

    @Override
    public String toString() {
        String state = process.isAlive() ? "running" : "exit " + process.exitValue();
        return String.join(" ", command) + " (" + state + ")\n" + log();
    }
}
