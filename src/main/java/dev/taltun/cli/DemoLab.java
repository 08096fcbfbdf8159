package dev.taltun.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Network namespaces joined by cables, the programs in them, and a scratch folder for their files.
 *
 * <p>The namespaces have no name: each lives as long as the {@code cat} that was started in it, and
 * {@code cat} ends when its input does. So nothing outlives this process, whichever way it ends.
 * Used by one thread; {@link #close} may come from a shutdown hook.
 */
final class DemoLab implements AutoCloseable {
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Users' paths often lack the folders of the administrator's tools. */
    private static final String SEARCH_PATH =
            System.getenv().getOrDefault("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin";

    private static final int END_SECONDS = 2;
    private static final String DEVICE = "eth0";

    private final List<Process> programs = new ArrayList<>();
    private final List<Process> hosts = new ArrayList<>();
    private final Path directory;
    private boolean closed;

    DemoLab() throws IOException {
        directory = Files.createTempDirectory("taltun-demo");
    }

    /** A failure that is no bug: its message is for the user. */
    static final class DemoException extends Exception {
        private static final long serialVersionUID = 1L;

        DemoException(String message) {
            super(message);
        }
    }

    /** A program in one of the hosts; what it prints goes to {@code log}. */
    record Program(Process process, Path log) {
        String output() throws IOException {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        }
    }

    /** Makes the two hosts, with these addresses on the cable between them. */
    void build(String cidrA, String cidrB) throws IOException, DemoException {
        int a = host();
        int b = host();
        link(a, DEVICE, b, DEVICE);
        equip(a, cidrA);
        equip(b, cidrB);
    }

    /** Joins two hosts by a cable; the devices still need addresses. */
    void link(int a, String deviceA, int b, String deviceB) throws IOException, DemoException {
        String other = Long.toString(hosts.get(b).pid());
        run(
                a, "ip", "link", "add", deviceA, "type", "veth", "peer", "name", deviceB, "netns",
                other);
    }

    /** Makes a host with its loopback up; returns its number, from 0. */
    int host() throws IOException, DemoException {
        Process holder = new ProcessBuilder("unshare", "--net", "cat").start();
        synchronized (this) {
            hosts.add(holder);
        }
        Path mine = Path.of("/proc/self/ns/net");
        Path its = Path.of("/proc", Long.toString(holder.pid()), "ns", "net");
        await(
                "making a network namespace",
                2,
                () -> {
                    try {
                        return !holder.isAlive()
                                || !Files.readSymbolicLink(its)
                                        .equals(Files.readSymbolicLink(mine));
                    } catch (IOException e) {
                        return false;
                    }
                });
        if (!holder.isAlive()) {
            throw new DemoException("no network namespace could be made; run it with sudo");
        }
        int number = hosts.size() - 1;
        run(number, "ip", "link", "set", "lo", "up");
        return number;
    }

    private void equip(int host, String cidr) throws IOException, DemoException {
        run(host, "ip", "addr", "add", cidr, "dev", DEVICE);
        run(host, "ip", "link", "set", DEVICE, "up");
    }

    /** Writes a file that only the owner can read, as the scratch folder itself. */
    Path write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    /** Runs a command in a host to its end and returns what it printed. */
    String run(int host, String... command) throws IOException, DemoException {
        return run(hosts.get(host), command);
    }

    private String run(Process host, String... command) throws IOException, DemoException {
        Program program = start(host, List.of(command));
        try {
            int code = program.process().waitFor();
            if (code != 0) {
                throw new DemoException(
                        String.join(" ", command) + " failed: " + program.output().strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoException("interrupted");
        }
        return program.output();
    }

    /** Starts a command in a host; it ends with this lab at the latest. */
    Program start(int host, List<String> command) throws IOException {
        return start(hosts.get(host), command);
    }

    private synchronized Program start(Process host, List<String> command) throws IOException {
        if (closed) {
            throw new IOException("the demo is ending");
        }
        List<String> inside = new ArrayList<>();
        inside.addAll(List.of("nsenter", "--net", "--target", Long.toString(host.pid())));
        inside.addAll(command);
        Path log = directory.resolve("log" + programs.size());
        ProcessBuilder builder = new ProcessBuilder(inside);
        builder.environment().put("PATH", SEARCH_PATH);
        Process process =
                builder.redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .start();
        programs.add(process);
        return new Program(process, log);
    }

    static boolean installed(String tool) {
        return Stream.of(SEARCH_PATH.split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    /** Waits for something of another process. */
    static void await(String what, int seconds, BooleanSupplier condition) throws DemoException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new DemoException(what + " took more than " + seconds + " s");
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    /** Ends the programs, then the namespaces, and deletes the files. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        programs.forEach(Process::destroy);
        programs.forEach(DemoLab::awaitEnd);
        hosts.forEach(Process::destroy);
        hosts.forEach(DemoLab::awaitEnd);
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println(
                    "taltun demo: could not delete " + directory + ": " + e.getMessage());
        }
    }

    private static void awaitEnd(Process process) {
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
