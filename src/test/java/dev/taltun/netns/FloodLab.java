package dev.taltun.netns;

import dev.taltun.netns.Node.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two connected nodes, and a third place from where b is flooded, and where a new peer of b starts.
 *
 * <pre>
 *   a  10.77.0.1 ---- 10.77.0.2  b  ---- c  10.88.0.9, and the attacker as 10.66.x.y
 *      172.31.9.1     172.31.9.2    172.31.10.2    172.31.10.9
 *      fd31:9::1      fd31:9::2     fd31:10::2     fd31:10::9, and the attacker as fd66:0:0:x::y
 * </pre>
 */
final class FloodLab implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(20);
    static final int PER_SECOND = 100_000;

    /** Nobody listens there: a flood of it costs the machine what any flood costs. */
    static final int CLOSED_PORT = 9;

    private static final String C_VIP = "10.88.0.9";
    private static final String NEAR_C = "172.31.10.2";
    private static final String NEAR_C6 = "fd31:10::2";

    private final TwoHosts hosts;
    private final Namespace c;
    private final boolean v6;
    private final Keys keys = Keys.generate();

    /**
     * @param v6 whether all of it, flood included, is IPv6 outside the tunnel
     */
    FloodLab(boolean v6) {
        this.v6 = v6;
        hosts = new TwoHosts(Kind.TALTUN, Kind.TALTUN, v6, false);
        c = hosts.lab().namespace("c");
        hosts.lab().link(c, "eth0", hosts.b(), "eth1");
        c.address("eth0", "172.31.10.9/24", "fd31:10::9/64");
        hosts.b().address("eth1", NEAR_C + "/24", NEAR_C6 + "/64");
        // Answers to forged addresses go back to where they came from, and nowhere.
        hosts.b().route("10.66.0.0/16", "172.31.10.9").route("fd66::/16", "fd31:10::9");
        TaltunNode right = (TaltunNode) hosts.right();
        hosts.start();
        List<NodeSpec.Peer> peers = new ArrayList<>(hosts.rightSpec().peers());
        peers.add(new NodeSpec.Peer(keys.publicKey(), "", List.of(C_VIP), ""));
        right.reload(right.config(peers));
        right.process().awaitLine("reloaded", SOON);
    }

    Namespace a() {
        return hosts.a();
    }

    Namespace b() {
        return hosts.b();
    }

    /** Floods b, and returns when that has begun. */
    Background flood(String kind, int port, int seconds) {
        String target = v6 ? NEAR_C6 : NEAR_C;
        Background flood =
                Flood.start(c, kind, target, port, PER_SECOND, seconds, hosts.rightSpec().keys());
        flood.awaitLine("flooding", SOON);
        return flood;
    }

    /** A peer that b knows, and that has not been there; not started yet. */
    TaltunNode newcomer() {
        NodeSpec.Peer hub =
                new NodeSpec.Peer(
                        hosts.rightSpec().keys().publicKey(),
                        "",
                        List.of(TwoHosts.RIGHT_VIP),
                        (v6 ? "[" + NEAR_C6 + "]" : NEAR_C) + ":" + TwoHosts.RIGHT_PORT);
        return new TaltunNode(
                c, new NodeSpec("client", keys, 51823, List.of(C_VIP + "/24"), List.of(hub)));
    }

    /** Returns when b answers the newcomer. */
    void awaitAnswer() {
        Ping.await(c, TwoHosts.RIGHT_VIP, SOON);
    }

    /** One of the kernel's counters of UDP over IPv6 at b. */
    long udp6(String counter) {
        return hosts.b()
                .run("cat", "/proc/net/snmp6")
                .output()
                .lines()
                .filter(line -> line.startsWith("Udp6" + counter + " "))
                .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
                .sum();
    }

    String logs() {
        return hosts.logs();
    }

    @Override
    public void close() {
        hosts.close();
    }
}
