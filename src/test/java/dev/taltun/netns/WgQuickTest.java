package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code taltun wg} in the place of wireguard-go: wg-quick(8) at one end, wireguard-go at the
 * other.
 */
@NamespaceTest
final class WgQuickTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Path LAUNCHER = Path.of("bin", "taltun-wg").toAbsolutePath();

    @AutoClose private final Lab lab = new Lab();
    private final Keys ourKeys = Keys.generate();
    private final Keys theirKeys = Keys.generate();
    private final String preshared = Keys.presharedKey();
    private Namespace host;
    private String device;
    private Node other;

    @BeforeEach
    void twoHosts() {
        host = lab.namespace("a");
        Namespace far = lab.namespace("b");
        lab.link(host, "eth0", far, "eth0");
        host.address("eth0", TwoHosts.LEFT_OUTER + "/24");
        far.address("eth0", TwoHosts.RIGHT_OUTER + "/24");
        device = lab.device();
        NodeSpec.Peer us =
                new NodeSpec.Peer(
                        ourKeys.publicKey(),
                        preshared,
                        List.of(TwoHosts.LEFT_VIP, TwoHosts.LEFT_VIP6),
                        "");
        other =
                Node.Kind.WIREGUARD_GO.create(
                        far,
                        new NodeSpec(
                                "",
                                theirKeys,
                                TwoHosts.RIGHT_PORT,
                                List.of(TwoHosts.RIGHT_VIP + "/24", TwoHosts.RIGHT_VIP6 + "/64"),
                                List.of(us)));
    }

    private Outcome run(String... command) {
        String[] whole = new String[command.length + 3];
        whole[0] = "env";
        whole[1] = "WG_QUICK_USERSPACE_IMPLEMENTATION=" + LAUNCHER;
        whole[2] = "TALTUN_JAVA=" + Path.of(System.getProperty("java.home"), "bin", "java");
        System.arraycopy(command, 0, whole, 3, command.length);
        return host.attempt(SOON, whole);
    }

    private Path socket() {
        return Path.of("/var/run/wireguard", device + ".sock");
    }

    private String conf() {
        return lab.write(
                        device + ".conf",
                        """
                        [Interface]
                        PrivateKey = %s
                        Address = %s/24, %s/64
                        MTU = 1400

                        [Peer]
                        PublicKey = %s
                        PresharedKey = %s
                        AllowedIPs = %s/32, 10.123.0.0/16, fd77::/64
                        Endpoint = %s:%d
                        PersistentKeepalive = 5
                        """
                                .formatted(
                                        ourKeys.privateKey(),
                                        TwoHosts.LEFT_VIP,
                                        TwoHosts.LEFT_VIP6,
                                        theirKeys.publicKey(),
                                        preshared,
                                        TwoHosts.RIGHT_VIP,
                                        TwoHosts.RIGHT_OUTER,
                                        TwoHosts.RIGHT_PORT))
                .toString();
    }

    private void awaitGone() {
        Await.until(
                "the engine to be gone with all it made",
                SOON,
                () ->
                        !Files.exists(socket())
                                && host.udpSockets().isEmpty()
                                && host.interfaces().equals(Set.of("eth0")),
                () -> host.interfaces() + " " + host.udpSockets());
    }

    @Test
    void wgQuickBringsItUpAndDown() {
        other.start();
        String conf = conf();
        Outcome up = run("wg-quick", "up", conf);
        assertEquals(0, up.exit(), up::output);
        Ping.await(host, TwoHosts.RIGHT_VIP, SOON);
        Ping.await(host, TwoHosts.RIGHT_VIP6, SOON);
        assertTrue(
                host.routes().stream()
                        .anyMatch(route -> route.startsWith("10.123.0.0/16 dev " + device)),
                () -> host.routes().toString());
        assertTrue(host.run("ip", "link", "show", device).output().contains("mtu 1400"));
        Iperf.Flow flow = Iperf.tcpBytes(host, other.namespace(), TwoHosts.RIGHT_VIP, "10M");
        assertTrue(flow.bytes() > 5_000_000, flow::toString);
        Outcome down = run("wg-quick", "down", conf);
        assertEquals(0, down.exit(), down::output);
        awaitGone();
    }

    /**
     * As WireGuard's: an interface that is down has no sessions and answers nobody, and goes on
     * with a new handshake when it is up again.
     */
    @Test
    void anInterfaceThatIsDownIsSilent() {
        other.start();
        String conf = conf();
        Outcome start = run("wg-quick", "up", conf);
        assertEquals(0, start.exit(), start::output);
        Ping.await(host, TwoHosts.RIGHT_VIP, SOON);
        host.run("ip", "link", "set", device, "down");
        Await.until("the other side to get no answer", SOON, () -> !sentGrows());
        host.run("ip", "link", "set", device, "up");
        host.run("ip", "route", "replace", "10.123.0.0/16", "dev", device);
        Ping.await(host, TwoHosts.RIGHT_VIP, SOON);
        Outcome down = run("wg-quick", "down", conf);
        assertEquals(0, down.exit(), down::output);
        awaitGone();
    }

    /** Bytes to and from the other side. */
    private String received() {
        return host.run("wg", "show", device, "transfer").output();
    }

    /** Whether anything is sent in answer to a handshake of the other side. */
    private boolean sentGrows() {
        String before = received();
        other.namespace()
                .attempt(SOON, "ping", "-c", "3", "-i", "0.3", "-W", "1", TwoHosts.LEFT_VIP);
        return !received().equals(before);
    }

    @Test
    void itIsThereWhenTheLauncherReturnsAndEndsWithItsSocket() throws Exception {
        Outcome start = run(LAUNCHER.toString(), device);
        assertEquals(0, start.exit(), start::output);
        assertEquals("", start.output());
        assertTrue(Files.exists(socket()));
        assertTrue(host.interfaces().contains(device));
        String shown = host.run("wg", "show", device, "dump").output();
        assertTrue(shown.startsWith("(none)\t(none)\t"), shown);
        Files.delete(socket());
        awaitGone();
    }

    @Test
    void aNameThatIsTakenIsOneLine() {
        assertEquals(0, run(LAUNCHER.toString(), device).exit());
        Outcome second = run(LAUNCHER.toString(), device);
        assertEquals(1, second.exit(), second::output);
        assertEquals(1, second.lines(), second::output);
        assertTrue(second.output().contains(device), second::output);
        assertTrue(Files.exists(socket()), "the first one's");
        assertEquals(0, host.attempt(SOON, "wg", "show", device).exit());
        host.run("ip", "link", "delete", device);
        awaitGone();
    }

    @Test
    void inTheForegroundSigtermEndsIt() {
        Background engine =
                host.start(
                        "env",
                        "LOG_LEVEL=verbose",
                        "TALTUN_JAVA=" + Path.of(System.getProperty("java.home"), "bin", "java"),
                        LAUNCHER.toString(),
                        "-f",
                        device);
        Await.until("the socket", SOON, () -> Files.exists(socket()), engine::log);
        assertFalse(host.run("wg", "show", device).output().isEmpty());
        Outcome end = engine.terminate(SOON);
        assertEquals(0, end.exit(), end::output);
        awaitGone();
    }
}
