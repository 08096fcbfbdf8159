package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static dev.taltun.netns.Node.Kind.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** wg(8) on a running Taltun, with traffic. */
@NamespaceTest
final class ControlSocketTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Path DIRECTORY = Path.of("/var/run/wireguard");

    private static String show(Node node, String... what) {
        return wg(node, "show", what);
    }

    private static String wg(Node node, String command, String... rest) {
        String[] whole = new String[rest.length + 3];
        whole[0] = "wg";
        whole[1] = command;
        whole[2] = node.device();
        System.arraycopy(rest, 0, whole, 3, rest.length);
        return node.namespace().run(whole).output().strip();
    }

    private static String secret(Lab lab, String name, String key) {
        return lab.write(name, key + "\n").toString();
    }

    @Test
    void wgShowsWhatRuns() throws IOException {
        try (TwoHosts hosts = new TwoHosts(TALTUN, WIREGUARD_GO, false, true).start()) {
            Node left = hosts.left();
            awaitSocket(left);
            NodeSpec spec = hosts.leftSpec();
            NodeSpec.Peer peer = spec.peers().getFirst();
            String[] lines = show(left, "dump").split("\n");
            assertEquals(
                    String.join(
                            "\t",
                            spec.keys().privateKey(),
                            spec.keys().publicKey(),
                            Integer.toString(spec.port()),
                            "off"),
                    lines[0]);
            String[] row = lines[1].split("\t");
            assertEquals(peer.publicKey(), row[0]);
            assertEquals(peer.presharedKey(), row[1]);
            assertEquals(peer.endpoint(), row[2]);
            assertEquals(String.join(",", peer.prefixes()), row[3]);
            long age = System.currentTimeMillis() / 1000 - Long.parseLong(row[4]);
            assertTrue(age >= 0 && age < 60, () -> "handshake " + age + " s ago");
            assertTrue(Long.parseLong(row[5]) > 0 && Long.parseLong(row[6]) > 0, lines[1]);
            assertTrue(show(left).contains("peer: " + peer.publicKey()));
            String all = hosts.a().run("wg", "show", "interfaces").output();
            assertTrue(all.contains(left.device()), all);
            Path socket = socket(left);
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
            assertEquals(0, left.terminate(SOON).exit());
            assertFalse(Files.exists(socket), "the socket goes with the engine");
        }
    }

    private static Path socket(Node node) {
        return DIRECTORY.resolve(node.device() + ".sock");
    }

    private static void awaitSocket(Node node) {
        Await.until("the socket", SOON, () -> Files.exists(socket(node)), node::log);
    }

    @Test
    void aPeerComesAndGoesWithTheTrafficToIt() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false).start()) {
            Node right = hosts.right();
            NodeSpec.Peer left = hosts.rightSpec().peers().getFirst();
            awaitSocket(right);
            wg(right, "set", "peer", left.publicKey(), "remove");
            assertEquals("", show(right, "peers"));
            assertFalse(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP));
            wg(
                    right,
                    "set",
                    "peer",
                    left.publicKey(),
                    "endpoint",
                    TwoHosts.LEFT_OUTER + ":" + TwoHosts.LEFT_PORT,
                    "persistent-keepalive",
                    "1",
                    "allowed-ips",
                    String.join(",", left.prefixes()));
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, SOON);
            assertTrue(show(right, "persistent-keepalive").endsWith("\t1"));
        }
    }

    @Test
    void anAllowedIpMovesToThePeerThatGetsIt() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false).start()) {
            Node right = hosts.right();
            awaitSocket(right);
            String other = Keys.generate().publicKey();
            wg(right, "set", "peer", other, "allowed-ips", TwoHosts.LEFT_VIP + "/32");
            String owners = show(right, "allowed-ips");
            assertTrue(owners.contains(other + "\t" + TwoHosts.LEFT_VIP + "/32"), owners);
            String left = hosts.leftSpec().keys().publicKey();
            assertTrue(owners.contains(left + "\t" + TwoHosts.LEFT_VIP6 + "/128"), owners);
            assertFalse(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP), "no longer the peer's own");
            assertTrue(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP6));
            wg(right, "set", "peer", other, "remove");
            wg(
                    right,
                    "set",
                    "peer",
                    left,
                    "allowed-ips",
                    TwoHosts.LEFT_VIP + "/32," + TwoHosts.LEFT_VIP6 + "/128");
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, SOON);
        }
    }

    @ParameterizedTest(name = "{0} workers")
    @ValueSource(ints = {1, 3})
    void thePortChangesUnderTraffic(int workers) {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            ((TaltunNode) hosts.left()).flags("--workers", Integer.toString(workers));
            hosts.start();
            Node left = hosts.left();
            awaitSocket(left);
            wg(left, "set", "listen-port", "51999", "fwmark", "0x4d");
            assertEquals("51999", show(left, "listen-port"));
            assertEquals("0x4d", show(left, "fwmark"));
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, SOON);
            Await.until(
                    "the other side to see the new port",
                    SOON,
                    () -> show(hosts.right(), "endpoints").endsWith(TwoHosts.LEFT_OUTER + ":51999"),
                    hosts::logs);
            assertTrue(
                    hosts.a().udpSockets().stream().noneMatch(s -> s.contains(":51821")),
                    () -> hosts.a().udpSockets().toString());
            // Both ways, and a stream: whoever slept on the old sockets has noticed.
            Ping.await(hosts.b(), TwoHosts.LEFT_VIP, SOON);
            Iperf.Flow flow = Iperf.tcpBytes(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, "5M");
            assertTrue(flow.bytes() > 1_000_000, flow::toString);
        }
    }

    @Test
    void aPortThatIsTakenIsRefusedAndTheOldOneStays() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false).start()) {
            Node left = hosts.left();
            awaitSocket(left);
            TaltunNode holder =
                    new TaltunNode(
                            hosts.a(),
                            new NodeSpec(
                                    "server",
                                    Keys.generate(),
                                    52000,
                                    java.util.List.of("10.99.0.1/24"),
                                    java.util.List.of()));
            holder.start();
            Outcome refused =
                    hosts.a().attempt(SOON, "wg", "set", left.device(), "listen-port", "52000");
            assertTrue(refused.output().contains("Address already in use"), refused::output);
            assertEquals(Integer.toString(TwoHosts.LEFT_PORT), show(left, "listen-port"));
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, SOON);
        }
    }

    @Test
    void anotherPrivateKeyIsAnotherPeer() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, WIREGUARD_GO, false, false).start()) {
            Node left = hosts.left();
            awaitSocket(left);
            Keys other = Keys.generate();
            wg(left, "set", "private-key", secret(hosts.lab(), "other.key", other.privateKey()));
            assertEquals(other.publicKey(), show(left, "public-key"));
            assertFalse(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP));
            NodeSpec.Peer known = hosts.rightSpec().peers().getFirst();
            ((WireguardGoNode) hosts.right())
                    .addPeer(new NodeSpec.Peer(other.publicKey(), "", known.addresses(), ""));
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, Duration.ofSeconds(20));
            wg(left, "set", "private-key", "/dev/null");
            assertEquals("(none)", show(left, "private-key"));
            assertFalse(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP), "without a key we are nobody");
            wg(left, "set", "private-key", secret(hosts.lab(), "other.key", other.privateKey()));
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, Duration.ofSeconds(20));
        }
    }

    /**
     * setconf drops what the file lacks, syncconf keeps what is as it was, addconf adds. With
     * wireguard-go there is no second handshake for a better cipher that would look like a new one.
     */
    @Test
    void configurationsAreSetSyncedAndAdded() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, WIREGUARD_GO, false, true).start()) {
            Node left = hosts.left();
            awaitSocket(left);
            String peer = hosts.leftSpec().peers().getFirst().publicKey();
            String conf = wg(left, "showconf");
            String extra = Keys.generate().publicKey();
            String addition = "[Peer]\nPublicKey = " + extra + "\nAllowedIPs = 10.9.0.0/16\n";
            wg(left, "addconf", hosts.lab().write("add.conf", addition).toString());
            assertTrue(show(left, "peers").contains(extra));
            long handshakes = ((TaltunNode) left).handshakes();
            wg(left, "syncconf", hosts.lab().write("sync.conf", conf + "\n").toString());
            assertEquals(peer, show(left, "peers"));
            assertTrue(Ping.answers(hosts.a(), TwoHosts.RIGHT_VIP));
            assertEquals(handshakes, ((TaltunNode) left).handshakes(), "the session stays");
            wg(left, "setconf", hosts.lab().write("add2.conf", addition).toString());
            assertEquals(extra, show(left, "peers"));
            wg(left, "setconf", hosts.lab().write("set.conf", conf + "\n").toString());
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, SOON);
        }
    }

    @Test
    void aStaleNameIsTakenOverAndALivingOneIsNot() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            TaltunNode left = (TaltunNode) hosts.left();
            left.start();
            awaitSocket(left);
            TaltunNode right = (TaltunNode) hosts.right();
            String same = right.config().replace(right.device(), left.device());
            Path file = hosts.lab().write("same.toml", same);
            owner(file);
            Background second = hosts.b().start(Taltun.command("up", "-c", file.toString()));
            String line = second.awaitLine("^warning: control socket", SOON);
            assertTrue(line.contains(left.device() + ".sock"), line);
            assertTrue(show(left).contains("interface: " + left.device()));
            assertEquals(0, second.terminate(SOON).exit());
            assertTrue(Files.exists(socket(left)), "it is the other one's");
            left.kill();
            assertTrue(Files.exists(socket(left)), "nobody cleaned up");
            left.start();
            Await.until(
                    "wg to reach the new one",
                    SOON,
                    () -> hosts.a().attempt(SOON, "wg", "show", left.device()).exit() == 0);
        }
    }

    private static void owner(Path file) {
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
