package dev.taltun.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Taltun's jar with a configuration that the test wrote out itself. */
final class WrittenNode {
    private static final Duration UP = Duration.ofSeconds(20);

    private final Namespace namespace;
    private final String device;
    private final String toml;
    private String path = "";
    private Background process;

    /**
     * @param toml {@code $TUN} stands for the device's name
     */
    WrittenNode(Namespace namespace, String toml) {
        this.namespace = namespace;
        this.device = namespace.lab().device();
        this.toml = toml;
    }

    String device() {
        return device;
    }

    /** Puts a folder before the others where it looks for programs. */
    WrittenNode path(String folder) {
        path = folder;
        return this;
    }

    /** Starts it and returns when it says that it is ready. */
    WrittenNode start() {
        process = launchAfter(path.isEmpty() ? "true" : "PATH=" + path + ":$PATH");
        process.awaitLine("^ready|ready$", UP);
        return this;
    }

    /** Starts it in a shell after some preparation. */
    Background launchAfter(String preparation) {
        process = namespace.start("sh", "-c", script(preparation));
        return process;
    }

    /** Runs it in a shell after some preparation, until it ends by itself. */
    Outcome startAfter(String preparation) {
        return namespace.attempt(UP, "sh", "-c", script(preparation));
    }

    private String script(String preparation) {
        return preparation + "; exec " + String.join(" ", command(toml));
    }

    private List<String> command(String text) {
        Path file = namespace.lab().write(device + ".toml", text.replace("$TUN", device));
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ArrayList<>(Taltun.command("up", "-c", file.toString()));
    }

    Outcome terminate() {
        return process.terminate(Duration.ofSeconds(10));
    }

    void kill() {
        process.kill();
    }

    String log() {
        return process.log();
    }

    Background process() {
        return process;
    }
}
