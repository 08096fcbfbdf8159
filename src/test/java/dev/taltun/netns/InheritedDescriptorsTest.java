package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code WG_TUN_FD} and {@code WG_UAPI_FD}, as wireguard-go has them: who starts it has opened the
 * TUN device and the control socket already.
 */
@NamespaceTest
final class InheritedDescriptorsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** An inherited device has one queue, however many CPUs there are. */
    private static final String MANY_CPUS = "TALTUN_JAVA_OPTIONS=-XX:ActiveProcessorCount=8";

    private static final Path LAUNCHER = Path.of("bin", "taltun-wg").toAbsolutePath();

    /** IFF_TUN, IFF_NO_PI, and with it IFF_VNET_HDR. */
    private static final int BARE = 0x1001;

    private static final int WITH_HEADER = 0x5001;

    /** Opens both, leaves them to the command that follows, and becomes that. */
    private static final String OPENER =
            """
            use Fcntl; use Socket; $^F = 1000;
            my ($name, $flags, $path) = splice(@ARGV, 0, 3);
            sysopen(my $tun, "/dev/net/tun", O_RDWR) or die "tun: $!";
            ioctl($tun, 0x400454ca, pack("Z16 S x22", $name, $flags)) or die "TUNSETIFF: $!";
            $ENV{WG_TUN_FD} = fileno($tun);
            my $socket;
            if ($path ne "") {
                socket($socket, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
                bind($socket, pack_sockaddr_un($path)) or die "bind: $!";
                listen($socket, 9) or die "listen: $!";
                $ENV{WG_UAPI_FD} = fileno($socket);
            }
            exec @ARGV;
            """;

    @AutoClose private final Lab lab = new Lab();
    private final Keys ourKeys = Keys.generate();
    private final Keys theirKeys = Keys.generate();
    private Namespace host;
    private Namespace far;
    private String device;
    private Node other;

    @BeforeEach
    void twoHosts() {
        boolean perl =
                Shell.attempt(Shell.PATIENCE, List.of("sh", "-c", "command -v perl")).exit() == 0;
        Assumptions.assumeTrue(perl, "needs perl to open a TUN device for somebody else");
        host = lab.namespace("a");
        far = lab.namespace("b");
        lab.link(host, "eth0", far, "eth0");
        host.address("eth0", TwoHosts.LEFT_OUTER + "/24");
        far.address("eth0", TwoHosts.RIGHT_OUTER + "/24");
        device = lab.device();
    }

    private void startOther(Node.Kind kind) {
        NodeSpec.Peer us =
                new NodeSpec.Peer(ourKeys.publicKey(), "", List.of(TwoHosts.LEFT_VIP), "");
        other =
                kind.create(
                        far,
                        new NodeSpec(
                                "server",
                                theirKeys,
                                TwoHosts.RIGHT_PORT,
                                List.of(TwoHosts.RIGHT_VIP + "/24"),
                                List.of(us)));
        other.start();
    }

    private Outcome start(int flags, String socket) {
        return host.attempt(
                SOON,
                "env",
                "TALTUN_JAVA=" + Path.of(System.getProperty("java.home"), "bin", "java"),
                MANY_CPUS,
                "perl",
                "-e",
                OPENER,
                device,
                Integer.toString(flags),
                socket,
                LAUNCHER.toString(),
                "another-name");
    }

    private Path socket() {
        return Path.of("/var/run/wireguard", device + ".sock");
    }

    private void awaitGone() {
        Await.until(
                "the engine to be gone with all it was given",
                SOON,
                () ->
                        !Files.exists(socket())
                                && host.udpSockets().isEmpty()
                                && host.interfaces().equals(Set.of("eth0")),
                () -> host.interfaces() + " " + host.udpSockets());
    }

    private void connects() {
        Path key = lab.write("private.key", ourKeys.privateKey());
        host.run("wg", "set", device, "private-key", key.toString());
        host.run(
                "wg",
                "set",
                device,
                "peer",
                theirKeys.publicKey(),
                "allowed-ips",
                TwoHosts.RIGHT_VIP + "/32",
                "endpoint",
                TwoHosts.RIGHT_OUTER + ":" + TwoHosts.RIGHT_PORT);
        host.address(device, TwoHosts.LEFT_VIP + "/24");
        Ping.await(host, TwoHosts.RIGHT_VIP, SOON);
        Iperf.Flow flow = Iperf.tcpBytes(host, other.namespace(), TwoHosts.RIGHT_VIP, "10M");
        assertTrue(flow.bytes() > 5_000_000, flow::toString);
    }

    /**
     * With offloads or without, as it was opened; the name is the device's. A Taltun peer leaves
     * checksums to the device, which without offloads cannot complete them.
     */
    @ParameterizedTest
    @CsvSource({BARE + ",WIREGUARD_GO", BARE + ",TALTUN", WITH_HEADER + ",WIREGUARD_GO"})
    void theDeviceIsTakenOver(int flags, Node.Kind kind) throws Exception {
        startOther(kind);
        Outcome start = start(flags, "");
        assertEquals(0, start.exit(), start::output);
        assertEquals("", start.output());
        assertEquals(Set.of("eth0", device), host.interfaces());
        connects();
        Files.delete(socket());
        awaitGone();
    }

    @Test
    void theControlSocketIsTakenOver() throws Exception {
        startOther(Node.Kind.WIREGUARD_GO);
        Files.createDirectories(socket().getParent());
        Outcome start = start(WITH_HEADER, socket().toString());
        assertEquals(0, start.exit(), start::output);
        connects();
        host.run("ip", "link", "delete", device);
        awaitGone();
    }

    @Test
    void whatIsNoDeviceIsOneLine() {
        for (String value : List.of("seven", "0", "99")) {
            Outcome start =
                    host.attempt(
                            SOON,
                            "env",
                            "TALTUN_JAVA="
                                    + Path.of(System.getProperty("java.home"), "bin", "java"),
                            "WG_TUN_FD=" + value,
                            LAUNCHER.toString(),
                            device);
            assertEquals(1, start.exit(), start::output);
            assertEquals(1, start.lines(), start::output);
            assertTrue(
                    start.output()
                            .contains(
                                    value.equals("seven")
                                            ? "WG_TUN_FD is \"seven\", not the number of an open file"
                                            : "descriptor " + value + " is not an open TUN device"),
                    start::output);
        }
        assertFalse(Files.exists(socket()));
    }
}
