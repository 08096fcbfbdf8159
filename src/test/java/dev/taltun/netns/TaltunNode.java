package dev.taltun.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Taltun's jar with a generated configuration file. */
public final class TaltunNode implements Node {
    /** What one completed handshake prints. */
    public static final String HANDSHAKE = "handshake with .* complete";

    private static final Duration UP = Duration.ofSeconds(15);

    private final Namespace namespace;
    private final NodeSpec spec;
    private final String device;
    private List<String> jvmOptions = List.of();
    private List<String> overrides = List.of();
    private UnaryOperator<String> edit = UnaryOperator.identity();
    private Background process;

    public TaltunNode(Namespace namespace, NodeSpec spec) {
        this.namespace = namespace;
        this.spec = spec;
        this.device = namespace.lab().device();
    }

    /** Options for the JVM of later starts. */
    public TaltunNode jvm(String... options) {
        jvmOptions = List.of(options);
        return this;
    }

    /** Flags of later starts, which win over the configuration file. */
    public TaltunNode flags(String... flags) {
        overrides = List.of(flags);
        return this;
    }

    /** A change of the configuration file of later starts. */
    public TaltunNode edit(UnaryOperator<String> change) {
        edit = change;
        return this;
    }

    public NodeSpec spec() {
        return spec;
    }

    /** Whether its flags contain these. */
    public boolean hasFlags(String flags) {
        return String.join(" ", overrides).contains(flags);
    }

    @Override
    public Namespace namespace() {
        return namespace;
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public void start() {
        launch();
        Await.until(
                "device " + device + " with its addresses",
                UP,
                () -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("taltun ended: " + process);
                    }
                    return hasAddresses();
                },
                process::log);
    }

    /** Starts it without waiting for anything. */
    public Background launch() {
        Path file = writeConfig(config());
        List<String> command =
                new ArrayList<>(Taltun.command(jvmOptions, "up", "-c", file.toString()));
        command.addAll(overrides);
        process = namespace.start(command);
        return process;
    }

    private boolean hasAddresses() {
        Outcome shown =
                namespace.attempt(Shell.PATIENCE, "ip", "-brief", "addr", "show", "dev", device);
        return shown.exit() == 0 && spec.addresses().stream().allMatch(shown.output()::contains);
    }

    /** Writes another configuration file and has the running node read it. */
    public void reload(String toml) {
        writeConfig(toml);
        Shell.run("kill", "-HUP", Long.toString(process.pid()));
    }

    private Path writeConfig(String toml) {
        Path file = namespace.lab().write(device + ".toml", toml);
        try {
            return Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The configuration file of {@link #start}. */
    public String config() {
        return config(spec.peers());
    }

    /** The same file with other peers. */
    public String config(List<NodeSpec.Peer> peers) {
        StringBuilder toml = new StringBuilder();
        toml.append("[interface]\n");
        toml.append("mode = \"%s\"\n".formatted(spec.mode()));
        toml.append("tun_name = \"%s\"\n".formatted(device));
        toml.append("local_addr = \"[::]:%d\"\n".formatted(spec.port()));
        toml.append("vip = %s\n".formatted(list(spec.addresses())));
        toml.append("private_key = \"%s\"\n".formatted(spec.keys().privateKey()));
        for (NodeSpec.Peer peer : peers) {
            toml.append("\n[[peers]]\n");
            toml.append("public_key = \"%s\"\n".formatted(peer.publicKey()));
            toml.append("vip = \"%s\"\n".formatted(peer.addresses().getFirst()));
            List<String> others = peer.prefixes().subList(1, peer.prefixes().size());
            toml.append("allowed_ips = %s\n".formatted(list(others)));
            if (!peer.presharedKey().isEmpty()) {
                toml.append("preshared_key = \"%s\"\n".formatted(peer.presharedKey()));
            }
            if (!peer.endpoint().isEmpty()) {
                toml.append("endpoint = \"%s\"\n".formatted(peer.endpoint()));
            }
        }
        return edit.apply(toml.toString());
    }

    private static String list(List<String> values) {
        return values.stream()
                .map(value -> "\"" + value + "\"")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** How many handshakes it completed since its start, in either role. */
    public long handshakes() {
        return process.count(HANDSHAKE);
    }

    public Background process() {
        return process;
    }

    @Override
    public Outcome terminate(Duration timeout) {
        return process.terminate(timeout);
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public String log() {
        return process.log();
    }

    @Override
    public String toString() {
        return "taltun";
    }
}
