package dev.taltun.netns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A hub and spokes that reach each other through it only, on a cable each. The hub's kernel does
 * not forward.
 *
 * <pre>
 *   spoke 1: 10.77.0.1, fd77::1 --- 172.31.1.0/24 ---.
 *   spoke 2: 10.77.0.2, fd77::2 --- 172.31.2.0/24 ---+--- hub: 10.77.0.9, fd77::9
 *   spoke 3: 10.77.0.3, fd77::3 --- 172.31.3.0/24 ---'
 * </pre>
 */
public final class HubAndSpokes implements AutoCloseable {
    public static final String HUB_VIP = "10.77.0.9";
    public static final String HUB_VIP6 = "fd77::9";

    private static final int HUB_PORT = 51829;
    private static final Duration TUNNEL = Duration.ofSeconds(20);

    private final Lab lab = new Lab();
    private final TaltunNode hub;
    private final List<Node> spokes = new ArrayList<>();

    /** Builds the hosts and the nodes; nothing is started yet. */
    public HubAndSpokes(Node.Kind... kinds) {
        try {
            Namespace hubHost = lab.namespace("h");
            hubHost.run("sysctl", "-qw", "net.ipv4.ip_forward=0");
            hubHost.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=0");
            Keys hubKeys = Keys.generate();
            List<NodeSpec.Peer> known = new ArrayList<>();
            for (int n = 1; n <= kinds.length; n++) {
                Namespace host = lab.namespace("s" + n);
                lab.link(hubHost, "eth" + n, host, "eth0");
                hubHost.address("eth" + n, "172.31." + n + ".9/24");
                host.address("eth0", "172.31." + n + ".1/24");
                Keys keys = Keys.generate();
                known.add(new NodeSpec.Peer(keys.publicKey(), "", List.of(vip(n), vip6(n)), ""));
                NodeSpec.Peer toHub =
                        new NodeSpec.Peer(
                                hubKeys.publicKey(),
                                "",
                                List.of(HUB_VIP, "10.77.0.0/24", "fd77::/64"),
                                "172.31." + n + ".9:" + HUB_PORT);
                List<String> addresses = List.of(vip(n) + "/24", vip6(n) + "/64");
                NodeSpec spec =
                        new NodeSpec("client", keys, HUB_PORT + n, addresses, List.of(toHub));
                spokes.add(kinds[n - 1].create(host, spec));
            }
            List<String> addresses = List.of(HUB_VIP + "/24", HUB_VIP6 + "/64");
            hub =
                    new TaltunNode(
                            hubHost, new NodeSpec("server", hubKeys, HUB_PORT, addresses, known));
        } catch (RuntimeException | Error e) {
            lab.close();
            throw e;
        }
    }

    public static String vip(int spoke) {
        return "10.77.0." + spoke;
    }

    public static String vip6(int spoke) {
        return "fd77::" + spoke;
    }

    /** Starts all and returns when every spoke has reached the hub. */
    public HubAndSpokes start() {
        hub.start();
        spokes.forEach(Node::start);
        for (Node spoke : spokes) {
            Ping.await(spoke.namespace(), HUB_VIP, TUNNEL);
        }
        return this;
    }

    public TaltunNode hub() {
        return hub;
    }

    /** The host of spoke n, from 1. */
    public Namespace host(int n) {
        return spokes.get(n - 1).namespace();
    }

    public Node spoke(int n) {
        return spokes.get(n - 1);
    }

    /** The public key of spoke n. */
    public String key(int n) {
        return hub.spec().peers().get(n - 1).publicKey();
    }

    /** Ends the hub, and returns what it said until then: its counters, if it runs with --debug. */
    public String endOfHub() {
        Background process = hub.process();
        // Not Process.destroy, which closes the output before the last words.
        hub.namespace().run("kill", "-TERM", Long.toString(process.pid()));
        return process.await(Duration.ofSeconds(10)).output();
    }

    public String logs() {
        StringBuilder text = new StringBuilder("-- hub\n").append(hub.log());
        spokes.forEach(spoke -> text.append("-- ").append(spoke).append('\n').append(spoke.log()));
        return text.toString();
    }

    @Override
    public void close() {
        lab.close();
    }
}
