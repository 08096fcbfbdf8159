package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static dev.taltun.netns.Node.Kind.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A machine that is not ready: one line says what and what to do, and nothing is left behind. */
@NamespaceTest
final class StartMistakesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @AutoClose private final Lab lab = new Lab();
    private Namespace host;
    private TaltunNode node;

    @BeforeEach
    void oneHost() {
        host = lab.namespace("a");
        node = new TaltunNode(host, lonely(51820, ""));
    }

    private static NodeSpec lonely(int port, String endpoint) {
        NodeSpec.Peer peer =
                new NodeSpec.Peer(
                        Keys.generate().publicKey(), "", List.of(TwoHosts.RIGHT_VIP), endpoint);
        return new NodeSpec(
                "client", Keys.generate(), port, List.of(TwoHosts.LEFT_VIP + "/24"), List.of(peer));
    }

    private Outcome up(TaltunNode taltun, String... prefix) {
        return up(taltun.config(), prefix);
    }

    private Outcome up(String config, String... prefix) {
        Path file = lab.write("broken.toml", config);
        file.toFile().setReadable(false, false);
        file.toFile().setReadable(true, true);
        List<String> command = new ArrayList<>(List.of(prefix));
        command.addAll(Taltun.command("up", "-c", file.toString()));
        return host.attempt(PATIENCE, command.toArray(String[]::new));
    }

    private void failsWith(Outcome outcome, String regex) {
        assertEquals(1, outcome.exit(), outcome::output);
        List<String> lines = outcome.output().lines().toList();
        String last = lines.isEmpty() ? "" : lines.getLast();
        assertTrue(Pattern.compile(regex).matcher(last).find(), outcome::output);
        assertTrue(!outcome.output().contains("\tat "), outcome::output);
    }

    @Test
    void withoutThePrivilegeItSaysWhichOne() {
        Outcome outcome = up(node, "setpriv", "--bounding-set=-all", "--inh-caps=-all");
        failsWith(outcome, "root|CAP_NET_ADMIN");
        assertEquals(Set.of(), host.interfaces());
        assertEquals(Set.of(), host.udpSockets());
    }

    @Test
    void withoutTheTunDeviceItSaysHowToMakeIt() {
        String hide = "mount -t tmpfs none /dev/net && exec \"$@\"";
        failsWith(up(node, "unshare", "-m", "sh", "-c", hide, "sh"), "/dev/net/tun.*mknod");
    }

    @Test
    void aFileInPlaceOfTheTunDeviceIsTold() {
        String cover = "mount -t tmpfs none /dev/net && touch /dev/net/tun && exec \"$@\"";
        failsWith(up(node, "unshare", "-m", "sh", "-c", cover, "sh"), "another file.*mknod");
    }

    /** A route that we replaced would be gone after our end: perhaps the user's way home. */
    @Test
    void aRouteThatIsThereAlreadyIsNamedAndLeftAlone() {
        Namespace other = lab.namespace("b");
        lab.link(host, "eth0", other, "eth0");
        host.address("eth0", "172.31.9.1/24", "fd31:9::1/64").route("default", "172.31.9.2");
        Set<String> routes = host.routes();
        String taken = "172.31.9.0/24";
        failsWith(up(node.config().replace("mode =", routes(taken))), taken + ".*exists");
        assertEquals(routes, host.routes());
        assertEquals(Set.of("eth0"), host.interfaces());
    }

    @Test
    void theNetworkOfAnAddressMayBeAmongTheRoutes() {
        node.flags("--routes", "10.77.0.0/24").start();
        assertTrue(node.process().isAlive(), node::log);
    }

    private static String routes(String prefix) {
        return "routes = [\"" + prefix + "\"]\nmode =";
    }

    @Test
    void aDeviceNameThatIsTakenIsNamed() {
        Namespace other = lab.namespace("b");
        lab.link(host, node.device(), other, "eth0");
        failsWith(up(node), Pattern.quote(node.device()));
        assertEquals(Set.of(node.device()), host.interfaces());
    }

    @Test
    void theDeviceOfARunningTaltunIsLeftAlone() {
        node.start();
        String otherPort = node.config().replace(":51820", ":51821");
        failsWith(up(otherPort), Pattern.quote(node.device()));
        assertTrue(node.process().isAlive(), node::log);
        assertEquals(Set.of(node.device()), host.interfaces());
    }

    @Test
    void aPortHeldByAnotherProgramIsNamed() {
        Node holder = WIREGUARD_GO.create(host, lonely(51820, ""));
        holder.start();
        failsWith(up(node), "UDP \\[::\\]:51820");
        assertEquals(Set.of(holder.device()), host.interfaces());
    }

    /** Several sockets of one engine share a port; two engines must not. */
    @Test
    void aPortHeldByAnotherTaltunIsNamed() {
        Node holder = TALTUN.create(host, lonely(51820, ""));
        holder.start();
        failsWith(up(node), "51820");
        assertEquals(Set.of(holder.device()), host.interfaces());
    }

    @Test
    void anEndpointNameThatDoesNotResolveIsTriedAgain() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            NodeSpec known = hosts.leftSpec();
            NodeSpec.Peer peer = known.peers().getFirst();
            NodeSpec named =
                    new NodeSpec(
                            known.mode(),
                            known.keys(),
                            known.port(),
                            known.addresses(),
                            List.of(
                                    new NodeSpec.Peer(
                                            peer.publicKey(),
                                            peer.presharedKey(),
                                            peer.addresses(),
                                            "right.test:" + TwoHosts.RIGHT_PORT)));
            hosts.a().hosts("127.0.0.1 localhost\n");
            hosts.right().start();
            TaltunNode left = new TaltunNode(hosts.a(), named);
            left.start();
            left.process().awaitLine("right\\.test", PATIENCE);
            hosts.a().hosts("127.0.0.1 localhost\n" + TwoHosts.RIGHT_OUTER + " right.test\n");
            Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, Duration.ofSeconds(60));
        }
    }
}
