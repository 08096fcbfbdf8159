package dev.taltun.cli;

import dev.taltun.api.InterfaceReport;
import dev.taltun.api.PathReport;
import dev.taltun.api.PeerReport;
import dev.taltun.api.StatusClient;
import dev.taltun.cli.DemoLab.DemoException;
import dev.taltun.cli.DemoLab.Program;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * {@code taltun demo --lighthouse}: two nodes behind a NAT each find each other through a
 * lighthouse, lose their direct path, and find another one, while pings go on. What it prints is
 * what {@code taltun status} says of the other node, whenever that changes.
 */
final class LighthouseDemo {
    private static final String DRAWING =
            """

              node a 10.100.0.1 --- 192.168.1.1 [NAT a] 203.0.113.2 ---.
                     192.168.1.2                                       |
                                                                       +--- 203.0.113.1 lighthouse
              node b 10.100.0.2 --- 192.168.2.1 [NAT b] 203.0.113.3 ---'
                     192.168.2.2
            """;

    private static final int START_SECONDS = 20;

    /** Where a direct path fails, it is tried again every minute. */
    private static final int PATH_SECONDS = 90;

    private static final String A_DEVICE = "demo-a";
    private static final String B_VIP = "10.100.0.2";
    private static final String LIGHTHOUSE = "203.0.113.1";

    /** Masquerade, and a firewall that drops what nobody inside asked for. */
    private static final String ROUTER =
            """
            table ip nat {
              chain post {
                type nat hook postrouting priority 100; policy accept;
                oifname "wan" masquerade
              }
            }
            table ip wall {
              chain in {
                type filter hook input priority 0; policy accept;
                iifname "wan" meta l4proto udp ct state new drop
              }
              chain through {
                type filter hook forward priority 0; policy accept;
                iifname "wan" ct state new drop
              }
            }
            """;

    private final DemoLab lab;
    private final Launch launch;
    private final long startedNanos = System.nanoTime();
    private int routerA;
    private int a;
    private String shown = "";

    /** How this program is started again, with these arguments. */
    interface Launch {
        List<String> command(String... arguments);
    }

    LighthouseDemo(DemoLab lab, Launch launch) {
        this.lab = lab;
        this.launch = launch;
    }

    void show() throws IOException, DemoException {
        System.out.println("Two nodes at home, and a lighthouse that both know:");
        System.out.println(DRAWING);
        say("building the homes, starting the lighthouse and the nodes");
        start();
        awaitPeer("both nodes to register", "beacon", peer -> peer.receivedMillisAgo().isPresent());
        say("a begins to ping b, five times a second; it has never spoken with b");
        Program ping =
                lab.start(a, List.of("ping", "-n", "-i", "0.2", "-w", "3600", "-c", "9999", B_VIP));
        awaitPath(PathReport.DIRECT);
        table();
        say("NAT a dies: it comes back with another public address and an empty memory");
        replaceAddress("203.0.113.2", "203.0.113.22");
        awaitPath(PathReport.RELAY);
        table();
        awaitPath(PathReport.DIRECT);
        table();
        lab.run(a, "kill", "-INT", Long.toString(ping.process().pid()));
        DemoLab.await("the end of ping", START_SECONDS, () -> !ping.process().isAlive());
        ping.output()
                .lines()
                .filter(line -> line.contains("transmitted"))
                .forEach(line -> say("all pings: " + line));
    }

    private void start() throws IOException, DemoException {
        int internet = lab.host();
        lab.run(internet, "ip", "link", "add", "net", "type", "bridge");
        lab.run(internet, "ip", "link", "set", "net", "up");
        int beacon = lab.host();
        plug(internet, beacon, "eth0", LIGHTHOUSE);
        routerA = lab.host();
        plug(internet, routerA, "wan", "203.0.113.2");
        a = home(routerA, 1);
        int routerB = lab.host();
        plug(internet, routerB, "wan", "203.0.113.3");
        int b = home(routerB, 2);
        try (SecretKey beaconKey = SecretKey.generate();
                SecretKey aKey = SecretKey.generate();
                SecretKey bKey = SecretKey.generate()) {
            String peerA = peer("a", aKey) + "vip = \"10.100.0.1\"\n";
            String peerB = peer("b", bKey) + "vip = \"" + B_VIP + "\"\n";
            String peerBeacon =
                    peer("beacon", beaconKey)
                            + "lighthouse = true\nendpoint = \"203.0.113.1:51820\"\n";
            run(
                    beacon,
                    "demo-beacon",
                    node("lighthouse", beaconKey) + "tun_name = \"demo-beacon\"\n" + peerA + peerB);
            run(a, A_DEVICE, node("client", aKey) + device(A_DEVICE, 1) + peerBeacon + peerB);
            run(b, "demo-b", node("client", bKey) + device("demo-b", 2) + peerBeacon + peerA);
        }
    }

    private void plug(int internet, int host, String device, String address)
            throws IOException, DemoException {
        String port = "port" + host;
        lab.link(internet, port, host, device);
        lab.run(internet, "ip", "link", "set", port, "master", "net", "up");
        lab.run(host, "ip", "addr", "add", address + "/24", "dev", device);
        lab.run(host, "ip", "link", "set", device, "up");
    }

    /** A node's host behind a router, which becomes one here. */
    private int home(int router, int network) throws IOException, DemoException {
        int host = lab.host();
        String gateway = "192.168." + network + ".1";
        lab.link(router, "lan", host, "eth0");
        lab.run(router, "ip", "addr", "add", gateway + "/24", "dev", "lan");
        lab.run(router, "ip", "link", "set", "lan", "up");
        lab.run(host, "ip", "addr", "add", "192.168." + network + ".2/24", "dev", "eth0");
        lab.run(host, "ip", "link", "set", "eth0", "up");
        lab.run(host, "ip", "route", "add", "default", "via", gateway);
        lab.run(router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        lab.run(router, "nft", "-f", lab.write("router" + router, ROUTER).toString());
        return host;
    }

    private void replaceAddress(String before, String after) throws IOException, DemoException {
        // With its address go the kernel's mappings behind it.
        lab.run(routerA, "ip", "addr", "del", before + "/24", "dev", "wan");
        lab.run(routerA, "ip", "addr", "add", after + "/24", "dev", "wan");
    }

    private static String node(String mode, SecretKey key) {
        return """
        [interface]
        mode = "%s"
        local_addr = "0.0.0.0:51820"
        private_key = "%s"
        """
                .formatted(mode, Base64.getEncoder().encodeToString(key.toBytes()));
    }

    private static String device(String name, int n) {
        return "tun_name = \"%s\"\nvip = \"10.100.0.%d/24\"\n".formatted(name, n);
    }

    private static String peer(String name, SecretKey key) {
        PublicKey publicKey = X25519.publicKey(key);
        return "[[peers]]\nname = \"%s\"\npublic_key = \"%s\"\n"
                .formatted(name, publicKey.toBase64());
    }

    private void run(int host, String name, String toml) throws IOException, DemoException {
        String file = lab.write(name + ".toml", toml).toString();
        Program program = lab.start(host, launch.command("up", "-c", file));
        DemoLab.await(
                "starting " + name,
                START_SECONDS,
                () -> !program.process().isAlive() || says(program, "ready"));
        if (!program.process().isAlive()) {
            throw new DemoException(name + " ended: " + program.output().strip());
        }
    }

    private static boolean says(Program program, String word) {
        try {
            return program.output().contains(word);
        } catch (IOException e) {
            return false;
        }
    }

    private void awaitPath(String kind) throws DemoException {
        awaitPeer(
                "a's path to b to become " + kind,
                "b",
                peer -> peer.path().kind().equals(Optional.of(kind)));
    }

    /** Waits for what a says of a peer, and shows every change of its path to b meanwhile. */
    private void awaitPeer(String what, String name, Predicate<PeerReport> condition)
            throws DemoException {
        DemoLab.await(
                what,
                PATH_SECONDS,
                () -> {
                    peer("b").ifPresent(this::showPath);
                    return peer(name).filter(condition).isPresent();
                });
    }

    private static Optional<PeerReport> peer(String name) {
        try {
            return StatusClient.report(A_DEVICE).stream()
                    .flatMap(report -> report.peers().stream())
                    .filter(peer -> peer.name().equals(Optional.of(name)))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void showPath(PeerReport b) {
        String path = b.path().text();
        if (path.equals(PathReport.DIRECT)) {
            path += " " + b.endpoint().orElse("");
        }
        if (!path.equals(shown)) {
            shown = path;
            say("  a reaches b: " + path);
        }
    }

    /** The table of {@code taltun status}, without what is above it. */
    private static void table() throws IOException {
        Optional<InterfaceReport> report = StatusClient.report(A_DEVICE);
        if (report.isPresent()) {
            String text = StatusTable.of(List.of(report.get()), System.currentTimeMillis() / 1000);
            System.out.println("$ taltun status " + A_DEVICE);
            text.lines()
                    .dropWhile(line -> !line.startsWith("  PEER"))
                    .forEach(line -> System.out.println("  " + line));
        }
    }

    private void say(String line) {
        double seconds = (System.nanoTime() - startedNanos) / (double) TimeUnit.SECONDS.toNanos(1);
        System.out.println(String.format(Locale.ROOT, "%6.2f s  %s", seconds, line));
    }
}
