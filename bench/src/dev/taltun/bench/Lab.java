package dev.taltun.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Two network namespaces joined by a veth pair, a scratch folder, and the processes started there.
 *
 * <p>{@link #close()} ends the processes, by their ids, and removes the rest; safe from the
 * shutdown hook while another thread still works in the lab, which then fails.
 */
final class Lab implements AutoCloseable {
    /** The way into a namespace: these words, its name, the command. */
    static final List<String> INTO = List.of("ip", "netns", "exec");

    static final int MTU = 1420;

    private static final String PREFIX = "taltun-bench-";
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private boolean closed;

    Lab() throws BenchFailure {
        try {
            folder = Files.createTempDirectory("taltun-bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            for (int end = 0; end < 2; end++) {
                Programs.run("ip", "netns", "add", namespace(end));
            }
            Programs.run(
                    ("ip link add link0 netns %s type veth peer name link0 netns %s")
                            .formatted(namespace(0), namespace(1))
                            .split(" "));
            for (int end = 0; end < 2; end++) {
                ip(end, "addr add " + outer(end) + "/24 dev link0");
                ip(end, "link set lo up");
                ip(end, "link set link0 up");
            }
        } catch (BenchFailure e) {
            close();
            throw e;
        }
    }

    /** Removes the namespaces of runs that were killed before they could do so. */
    static void sweep() throws BenchFailure {
        for (String line : Programs.run("ip", "netns", "list").lines().toList()) {
            String name = line.split(" ")[0];
            if (name.startsWith(PREFIX)) {
                String pid = name.substring(PREFIX.length(), name.lastIndexOf('-'));
                if (!Files.exists(Path.of("/proc", pid))) {
                    killInside(name);
                    Programs.run("ip", "netns", "del", name);
                }
            }
        }
    }

    private static String namespace(int end) {
        return PREFIX + ProcessHandle.current().pid() + "-" + "ab".charAt(end);
    }

    /** Address of an end on the veth pair; 0 = a, 1 = b. */
    String outer(int end) {
        return "172.31.9." + (end + 1);
    }

    /** Address of an end inside the tunnel. */
    String inner(int end) {
        return "10.77.0." + (end + 1);
    }

    /** A device name that no other run on this machine has: control sockets are named by it. */
    String device(int end) {
        return "tb" + ProcessHandle.current().pid() + "ab".charAt(end);
    }

    /** Runs {@code ip} on the namespace of an end. */
    void ip(int end, String words) throws BenchFailure {
        List<String> command = new ArrayList<>(List.of("ip", "-n", namespace(end)));
        command.addAll(List.of(words.split(" ")));
        Programs.run(Programs.PATIENCE, command);
    }

    /** A command as it is run at an end. */
    List<String> at(int end, List<String> command) {
        List<String> whole = new ArrayList<>(INTO);
        whole.add(namespace(end));
        whole.addAll(command);
        return whole;
    }

    /** Starts a program at an end that runs on; its output goes to {@code name.log}. */
    synchronized Process start(int end, String name, List<String> command) throws BenchFailure {
        if (closed) {
            throw new BenchFailure("stopped");
        }
        try {
            // `ip netns exec` becomes the program, so the id is the program's.
            Process process =
                    new ProcessBuilder(at(end, command))
                            .redirectErrorStream(true)
                            .redirectInput(new File("/dev/null"))
                            .redirectOutput(file(name + ".log").toFile())
                            .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new BenchFailure("cannot start " + command.getFirst());
        }
    }

    /**
     * Starts the program of a tunnel at both ends; its output goes to {@code tunnel0.log} and
     * {@code tunnel1.log}.
     *
     * @param command by end
     */
    List<Process> startTunnel(IntFunction<List<String>> command) throws BenchFailure {
        List<Process> started = new ArrayList<>();
        for (int end = 0; end < 2; end++) {
            started.add(start(end, "tunnel" + end, command.apply(end)));
        }
        return started;
    }

    /** A file in the scratch folder. */
    Path file(String name) {
        return folder.resolve(name);
    }

    /** Writes a file that only its owner may read. */
    Path write(String name, String text) {
        try {
            Path file = file(name);
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last line that a program started under this name wrote. */
    String lastLine(String name) {
        try {
            String log =
                    new String(Files.readAllBytes(file(name + ".log")), StandardCharsets.UTF_8);
            return log.lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (Process process : processes) {
            process.destroy();
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + GRACE.toNanos();
        for (Process process : processes) {
            try {
                process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            process.destroyForcibly();
        }
        for (int end = 0; end < 2; end++) {
            try {
                killInside(namespace(end));
                Programs.run("ip", "netns", "del", namespace(end));
            } catch (BenchFailure e) {
                // It was never made, or is gone.
                continue;
            }
        }
        remove(folder);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void killInside(String namespace) throws BenchFailure {
        for (String pid : Programs.run("ip", "netns", "pids", namespace).lines().toList()) {
            ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            System.err.println("bench: cannot remove " + folder + "; remove it by hand");
        }
    }
}
