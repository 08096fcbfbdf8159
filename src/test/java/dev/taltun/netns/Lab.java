package dev.taltun.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Network namespaces, links between them, programs in them and a scratch folder, all gone after
 * {@link #close}. A shutdown hook closes what a test run that is interrupted leaves; what a killed
 * one leaves is swept by the next lab, which knows it by the dead process id in the name.
 *
 * <p>One lab belongs to one test; labs of several processes do not meet.
 */
public final class Lab implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("^tt(\\d+)x\\d+\\w*");
    private static final AtomicInteger SEQUENCE = new AtomicInteger();
    private static final long PID = ProcessHandle.current().pid();

    private final int number = SEQUENCE.incrementAndGet();
    private final Deque<Background> running = new ArrayDeque<>();
    private final List<Namespace> namespaces = new ArrayList<>();
    private final AtomicInteger devices = new AtomicInteger();
    private final Thread hook = new Thread(this::clear, "lab cleanup");
    private final Path directory;

    public Lab() {
        sweep();
        try {
            directory = Files.createTempDirectory("taltun-lab");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether this process may make namespaces. */
    public static boolean usable() {
        return "root".equals(System.getProperty("user.name"))
                && Shell.attempt(Shell.PATIENCE, List.of("ip", "netns", "list")).exit() == 0;
    }

    /** A new namespace with its loopback up. */
    public synchronized Namespace namespace(String role) {
        Namespace namespace = new Namespace(this, "tt" + PID + "x" + number + role);
        Shell.run("ip", "netns", "add", namespace.name());
        namespaces.add(namespace);
        Shell.run("ip", "-n", namespace.name(), "link", "set", "lo", "up");
        return namespace;
    }

    /** Joins two namespaces by a cable; the devices still need addresses. */
    public void link(Namespace a, String deviceA, Namespace b, String deviceB) {
        Shell.run(
                "ip", "link", "add", deviceA, "netns", a.name(), "type", "veth", "peer", "name",
                deviceB, "netns", b.name());
    }

    /** A device name that no other lab uses: control sockets are named after devices. */
    public String device() {
        return device(devices.getAndIncrement());
    }

    private String device(int i) {
        return "t" + PID + "x" + number + (char) ('a' + i);
    }

    /** Engines that were killed left theirs. */
    private void removeControlSockets() {
        for (int i = 0; i < devices.get(); i++) {
            Path.of("/var/run/wireguard", device(i) + ".sock").toFile().delete();
        }
    }

    /** The scratch folder, readable by its owner only. */
    public Path directory() {
        return directory;
    }

    public Path write(String fileName, String content) {
        try {
            return Files.writeString(directory.resolve(fileName), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized Background own(Background background) {
        running.push(background);
        return background;
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        clear();
    }

    private synchronized void clear() {
        running.forEach(Background::close);
        running.clear();
        namespaces.forEach(namespace -> remove(namespace.name()));
        namespaces.clear();
        removeControlSockets();
        delete(directory);
    }

    /** Removes the namespaces whose makers are dead. */
    private static void sweep() {
        for (String line : Shell.run("ip", "netns", "list").output().split("\n")) {
            Matcher name = NAME.matcher(line);
            if (name.find() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                remove(name.group());
            }
        }
    }

    private static void remove(String name) {
        List<String> pids = List.of("ip", "netns", "pids", name);
        Shell.attempt(Shell.PATIENCE, pids)
                .output()
                .lines()
                .filter(line -> line.matches("\\d+"))
                .forEach(
                        pid ->
                                ProcessHandle.of(Long.parseLong(pid))
                                        .ifPresent(ProcessHandle::destroyForcibly));
        Await.until(
                "the processes in " + name + " to end",
                Duration.ofSeconds(5),
                () -> Shell.attempt(Shell.PATIENCE, pids).output().isBlank());
        Shell.attempt(Shell.PATIENCE, List.of("ip", "netns", "del", name));
        delete(Namespace.etc(name));
    }

    private static void delete(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
