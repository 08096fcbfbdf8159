package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A lighthouse and two nodes that know each other's key and address inside the VPN only.
 *
 * <pre>
 *   a 172.31.1.1 ---- 172.31.1.9 lamp (routes between its networks) 172.31.2.9 ---- 172.31.2.1 b
 * </pre>
 */
@NamespaceTest
class LighthouseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Lab lab = new Lab();
    private final Keys lampKeys = Keys.generate();
    private final Keys aKeys = Keys.generate();
    private final Keys bKeys = Keys.generate();
    private Namespace lampHost;
    private Namespace aHost;
    private Namespace bHost;

    @BeforeEach
    void hosts() {
        lampHost = lab.namespace("l");
        aHost = lab.namespace("a");
        bHost = lab.namespace("b");
        lampHost.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
        connect(aHost, 1);
        connect(bHost, 2);
    }

    private void connect(Namespace host, int n) {
        lab.link(lampHost, "eth" + n, host, "eth0");
        lampHost.address("eth" + n, "172.31." + n + ".9/24");
        host.address("eth0", "172.31." + n + ".1/24");
        host.route("default", "172.31." + n + ".9");
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private static String peer(Keys keys, String more) {
        return "[[peers]]\npublic_key = \"%s\"\n%s\n".formatted(keys.publicKey(), more);
    }

    private static String vip(int n) {
        return "vip = \"10.77.0." + n + "\"";
    }

    private static final List<String> ROOT_WITHOUT_CAPABILITIES =
            List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all");

    private static final String NOBODY = "65534";

    private static final List<String> SOMEBODY_ELSE =
            List.of(
                    "setpriv",
                    "--reuid=" + NOBODY,
                    "--regid=" + NOBODY,
                    "--clear-groups",
                    "--no-new-privs",
                    "--bounding-set=-all",
                    "--inh-caps=-all");

    private Background startLamp(List<String> as) {
        String toml =
                "[interface]\nmode = \"lighthouse\"\nlocal_addr = \"[::]:51820\"\n"
                        + "tun_name = \"%s\"\nprivate_key = \"%s\"\n"
                                .formatted(lab.device(), lampKeys.privateKey())
                        + peer(aKeys, "name = \"a\"\n" + vip(1))
                        + peer(bKeys, "name = \"b\"\n" + vip(2));
        var file = lab.write("lamp.toml", toml);
        lampHost.run("chmod", "600", file.toString());
        if (as.equals(SOMEBODY_ELSE)) {
            lampHost.run("chown", NOBODY, file.toString(), file.getParent().toString());
        }
        List<String> command = new ArrayList<>(as);
        command.addAll(Taltun.command("up", "-c", file.toString()));
        Background lamp = lampHost.start(command);
        lamp.awaitLine("ready$", PATIENCE);
        return lamp;
    }

    private WrittenNode node(Namespace host, int n, Keys own, Keys other) {
        String toml =
                "[interface]\nmode = \"client\"\ntun_name = \"$TUN\"\n"
                        + "vip = \"10.77.0.%d/24\"\nprivate_key = \"%s\"\n"
                                .formatted(n, own.privateKey())
                        + peer(
                                lampKeys,
                                "name = \"lamp\"\nlighthouse = true\n"
                                        + "endpoint = \"172.31.%d.9:51820\"".formatted(n))
                        + peer(other, "name = \"other\"\n" + vip(3 - n));
        return new WrittenNode(host, toml).start();
    }

    @Test
    void theFirstPacketIsRelayedAndTheDirectPathTakesOverWithoutLoss() {
        Background lamp = startLamp(SOMEBODY_ELSE);
        WrittenNode a = node(aHost, 1, aKeys, bKeys);
        WrittenNode b = node(bHost, 2, bKeys, aKeys);
        a.process().awaitLine("handshake with lamp", PATIENCE);
        b.process().awaitLine("handshake with lamp", PATIENCE);
        Ping.Series series = Ping.series(aHost, "10.77.0.2", 200, Duration.ofMillis(10));
        assertEquals(0, series.lost(), () -> logs(lamp, a, b));
        a.process().awaitLine("other is reached directly at 172.31.2.1", PATIENCE);
        b.process().awaitLine("other is reached directly at 172.31.1.1", PATIENCE);
        // The lighthouse is not needed any more.
        lamp.kill();
        assertEquals(0, Ping.series(aHost, "10.77.0.2", 20, Duration.ofMillis(10)).lost());
    }

    @Test
    void aFirewallBetweenTheNodesLeavesTheRelay() {
        Background lamp = startLamp(ROOT_WITHOUT_CAPABILITIES);
        lampHost.run("sysctl", "-qw", "net.ipv4.ip_forward=0");
        WrittenNode a = node(aHost, 1, aKeys, bKeys);
        WrittenNode b = node(bHost, 2, bKeys, aKeys);
        a.process().awaitLine("handshake with lamp", PATIENCE);
        b.process().awaitLine("handshake with lamp", PATIENCE);
        Ping.Series series = Ping.series(bHost, "10.77.0.1", 300, Duration.ofMillis(10));
        assertEquals(0, series.lost(), () -> logs(lamp, a, b));
        assertEquals(0, a.process().count("reached directly"));
        lampHost.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
        assertTrue(lamp.isAlive());
    }

    private static String logs(Background lamp, WrittenNode a, WrittenNode b) {
        return lamp.log() + "\n-- a\n" + a.process().log() + "\n-- b\n" + b.process().log();
    }
}
