package dev.taltun.netns.nat;

import dev.taltun.api.InterfaceReport;
import dev.taltun.api.PathReport;
import dev.taltun.api.PeerReport;
import dev.taltun.api.StatusClient;
import dev.taltun.netns.Await;
import dev.taltun.netns.Background;
import dev.taltun.netns.Keys;
import dev.taltun.netns.Lab;
import dev.taltun.netns.Namespace;
import dev.taltun.netns.Ping;
import dev.taltun.netns.Taltun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Two nodes that know each other by key only, each at a site of its own, and lighthouses on the
 * internet that both know.
 *
 * <pre>
 *   left  10.77.0.1 ---- [site] ---- internet ---- [site] ---- right 10.77.0.2
 *                                       |
 *                         lighthouses: 203.0.113.1, .17, ...
 * </pre>
 *
 * The lighthouses get the first lines of the internet, in the order of their making.
 */
public final class Rendezvous implements AutoCloseable {
    public static final int PORT = 51820;

    private static final Duration START = Duration.ofSeconds(30);

    private final Lab lab = new Lab();
    private final Internet internet = new Internet(lab);
    private final List<Member> lighthouses = new ArrayList<>();
    private Member left;
    private Member right;

    /** One that takes part: where it stands, who it is, and its process once it was started. */
    public static final class Member {
        private final Namespace host;
        private final Keys keys = Keys.generate();
        private final String name;
        private final String device;
        private final String vip;
        private Background process;
        private Path config;

        private Member(Namespace host, String name, String vip) {
            this.host = host;
            this.name = name;
            this.vip = vip;
            this.device = host.lab().device();
        }

        public Namespace host() {
            return host;
        }

        /** Its address inside the VPN, or of a lighthouse its name in configuration files. */
        public String vip() {
            return vip;
        }

        public String device() {
            return device;
        }

        public Background process() {
            return process;
        }

        /** Its configuration file. */
        public Path config() {
            return config;
        }

        private boolean isAnswering() {
            try {
                return StatusClient.report(device).isPresent();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What its control socket says of a peer. */
        public PeerReport sees(Member peer) {
            try {
                InterfaceReport report =
                        StatusClient.report(device)
                                .orElseThrow(() -> new AssertionError("no answer: " + process));
                return report.peers().stream()
                        .filter(each -> each.publicKey().equals(peer.keys.publicKey()))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(name + " knows no " + peer.name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The way from it to a peer. */
        public PathReport path(Member to) {
            return sees(to).path();
        }

        @Override
        public String toString() {
            return "-- " + name + "\n" + (process == null ? "not started" : process.log());
        }
    }

    public Lab lab() {
        return lab;
    }

    public Internet internet() {
        return internet;
    }

    public Member left() {
        return left;
    }

    public Member right() {
        return right;
    }

    public Member lighthouse(int i) {
        return lighthouses.get(i);
    }

    /** Adds so many lighthouses. */
    public Rendezvous lighthouses(int count) {
        for (int i = 0; i < count; i++) {
            String name = "beacon" + lighthouses.size();
            lighthouses.add(new Member(internet.host("l" + lighthouses.size()), name, ""));
        }
        return this;
    }

    /** The address of a lighthouse. */
    public String lighthouseAddress(int i) {
        return "203.0.113." + (16 * i + 1);
    }

    /** Puts the nodes on these hosts. */
    public Rendezvous nodes(Namespace leftHost, Namespace rightHost) {
        left = new Member(leftHost, "left", "10.77.0.1");
        right = new Member(rightHost, "right", "10.77.0.2");
        return this;
    }

    /** Puts each node behind a router of its kind, or at none. */
    public Rendezvous nodes(NatKind leftKind, NatKind rightKind) {
        return nodes(site("a", leftKind), site("b", rightKind));
    }

    private Namespace site(String role, NatKind kind) {
        if (kind == NatKind.OPEN) {
            return internet.host(role);
        }
        HomeRouter home = internet.home("r" + role, kind);
        Namespace host = home.host(role);
        return kind == NatKind.OPEN_FILTER ? opened(home, host) : host;
    }

    private static Namespace opened(HomeRouter home, Namespace host) {
        home.open(PORT, 0);
        return host;
    }

    /**
     * Starts all and returns when both nodes have spoken with every lighthouse; nothing was sent
     * between the two by then.
     *
     * @param extra lines for the interface's part of the nodes' files
     */
    public Rendezvous start(String extra) {
        return start(extra, extra);
    }

    /** The same, with other lines for each node. */
    public Rendezvous start(String leftExtra, String rightExtra) {
        lighthouses.forEach(this::startLighthouse);
        startNode(left, right, leftExtra);
        startNode(right, left, rightExtra);
        for (Member node : List.of(left, right)) {
            for (Member beacon : lighthouses) {
                await(node, beacon, "registered", peer -> peer.receivedMillisAgo().isPresent());
            }
        }
        return this;
    }

    /** Starts a lighthouse, perhaps again. */
    public void startLighthouse(Member beacon) {
        StringBuilder toml = new StringBuilder(head("lighthouse", beacon));
        toml.append("tun_name = \"%s\"\n".formatted(beacon.device));
        for (Member node : List.of(left, right)) {
            toml.append(peer(node)).append("vip = \"%s\"\n".formatted(node.vip));
        }
        launch(beacon, toml.toString());
    }

    /** Starts a node, perhaps again. */
    public void startNode(Member node, Member other, String extra) {
        StringBuilder toml = new StringBuilder(head("client", node));
        toml.append("vip = \"%s/24\"\ntun_name = \"%s\"\n".formatted(node.vip, node.device));
        toml.append(extra).append('\n');
        for (int i = 0; i < lighthouses.size(); i++) {
            toml.append(peer(lighthouses.get(i)))
                    .append("lighthouse = true\n")
                    .append("endpoint = \"%s:%d\"\n".formatted(lighthouseAddress(i), PORT));
        }
        toml.append(peer(other)).append("vip = \"%s\"\n".formatted(other.vip));
        launch(node, toml.toString());
    }

    private static String head(String mode, Member member) {
        return """
        [interface]
        mode = "%s"
        local_addr = "[::]:%d"
        private_key = "%s"
        """
                .formatted(mode, PORT, member.keys.privateKey());
    }

    private static String peer(Member member) {
        return """

        [[peers]]
        name = "%s"
        public_key = "%s"
        """
                .formatted(member.name, member.keys.publicKey());
    }

    private void launch(Member member, String toml) {
        Path file = lab.write(member.device + ".toml", toml);
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        member.config = file;
        member.process = member.host.start(Taltun.command("up", "-c", file.toString()));
        member.process.awaitLine("^ready|ready$", START);
        // The control socket comes a moment later.
        Await.until("the control socket", START, member::isAnswering, member::toString);
    }

    /** Waits until a member says something of a peer. */
    public void await(Member of, Member peer, String what, Predicate<PeerReport> condition) {
        Await.until(
                peer.name + " " + what + " in the eyes of " + of.name,
                START,
                () -> condition.test(of.sees(peer)),
                this::logs);
    }

    /** Whether either node's packets go directly to the other. */
    public boolean isDirect() {
        return left.path(right).kind().equals(java.util.Optional.of(PathReport.DIRECT))
                && right.path(left).kind().equals(java.util.Optional.of(PathReport.DIRECT));
    }

    /** Starts a series of echo requests from left to right. */
    public Background ping(int count, Duration interval) {
        return Ping.start(left.host, right.vip, count, interval);
    }

    public String logs() {
        StringBuilder text = new StringBuilder();
        lighthouses.forEach(beacon -> text.append(beacon).append('\n'));
        return text.append(left).append('\n').append(right).toString();
    }

    @Override
    public void close() {
        lab.close();
    }
}
