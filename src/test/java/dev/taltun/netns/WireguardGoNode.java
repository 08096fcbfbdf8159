package dev.taltun.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** wireguard-go in the foreground, set up by wg(8) and ip(8) as an administrator would. */
public final class WireguardGoNode implements Node {
    private static final int MTU = 1420;

    private final Namespace namespace;
    private final NodeSpec spec;
    private final String device;
    private final Path socket;
    private Background process;

    public WireguardGoNode(Namespace namespace, NodeSpec spec) {
        this.namespace = namespace;
        this.spec = spec;
        this.device = namespace.lab().device();
        this.socket = Path.of("/var/run/wireguard", device + ".sock");
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
        process = namespace.start("env", "LOG_LEVEL=verbose", "wireguard-go", "-f", device);
        Await.until(
                "wireguard-go's control socket",
                Duration.ofSeconds(10),
                () -> Files.exists(socket),
                process::log);
        List<String> set = new ArrayList<>(List.of("wg", "set", device));
        set.addAll(List.of("listen-port", Integer.toString(spec.port())));
        set.addAll(List.of("private-key", secret("private", spec.keys().privateKey())));
        namespace.run(set.toArray(String[]::new));
        spec.peers().forEach(this::addPeer);
        String[] addresses = spec.addresses().toArray(String[]::new);
        namespace.run("ip", "link", "set", device, "mtu", Integer.toString(MTU));
        namespace.address(device, addresses);
    }

    /** Adds a peer, or makes one that was removed anew: its sessions start over. */
    public void addPeer(NodeSpec.Peer peer) {
        List<String> set = new ArrayList<>(List.of("wg", "set", device, "peer", peer.publicKey()));
        set.addAll(List.of("allowed-ips", String.join(",", peer.prefixes())));
        if (!peer.presharedKey().isEmpty()) {
            set.addAll(List.of("preshared-key", secret("psk", peer.presharedKey())));
        }
        if (!peer.endpoint().isEmpty()) {
            set.addAll(List.of("endpoint", peer.endpoint()));
        }
        namespace.run(set.toArray(String[]::new));
    }

    public void removePeer(NodeSpec.Peer peer) {
        namespace.run("wg", "set", device, "peer", peer.publicKey(), "remove");
    }

    /** Second of the latest handshake with the only peer, since 1970; 0 when there was none. */
    public long latestHandshake() {
        String line = show("latest-handshakes");
        return Long.parseLong(line.substring(line.indexOf('\t') + 1));
    }

    /** The endpoint last seen of the only peer. */
    public String endpoint() {
        String line = show("endpoints");
        return line.substring(line.indexOf('\t') + 1);
    }

    private String show(String what) {
        return namespace.run("wg", "show", device, what).output().strip();
    }

    /** How many handshakes it completed since its start, in either role. */
    public long handshakes() {
        return Pattern.compile("Received handshake response|Sending handshake response")
                .matcher(log())
                .results()
                .count();
    }

    private String secret(String kind, String key) {
        return namespace.lab().write(device + "." + kind, key + "\n").toString();
    }

    @Override
    public Outcome terminate(Duration timeout) {
        return process.terminate(timeout);
    }

    @Override
    public void kill() {
        process.kill();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String log() {
        return process.log();
    }

    @Override
    public String toString() {
        return "wireguard-go";
    }
}
