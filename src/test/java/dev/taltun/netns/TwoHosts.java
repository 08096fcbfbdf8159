package dev.taltun.netns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Two hosts on one cable and a tunnel between them. The left one knows where the right one is and
 * opens the conversation; the right one learns the left one's endpoint from it.
 *
 * <pre>
 *   left                                          right
 *   10.77.0.1                                     10.77.0.2
 *   fd77::1      [tunnel] eth0 ===== eth0 [tunnel]  fd77::2
 *                172.31.9.1          172.31.9.2
 *                fd31:9::1           fd31:9::2
 * </pre>
 */
public final class TwoHosts implements AutoCloseable {
    public static final String LEFT_OUTER = "172.31.9.1";
    public static final String RIGHT_OUTER = "172.31.9.2";
    public static final String LEFT_VIP = "10.77.0.1";
    public static final String RIGHT_VIP = "10.77.0.2";
    public static final String LEFT_VIP6 = "fd77::1";
    public static final String RIGHT_VIP6 = "fd77::2";
    public static final int LEFT_PORT = 51821;
    public static final int RIGHT_PORT = 51822;
    private static final String MIDDLE_OUTER = "172.31.9.3";
    private static final int MIDDLE_PORT = 51823;

    private static final Duration TUNNEL = Duration.ofSeconds(20);

    private final Lab lab = new Lab();
    private final Namespace a;
    private final Namespace b;
    private final NodeSpec leftSpec;
    private final NodeSpec rightSpec;
    private final Node left;
    private final Node right;
    private Middleman middleman;

    /** Builds the hosts and the nodes; nothing is started yet. */
    public TwoHosts(Node.Kind leftKind, Node.Kind rightKind, boolean outerV6, boolean psk) {
        this(leftKind, rightKind, psk, (outerV6 ? "[fd31:9::2]:" : RIGHT_OUTER + ":") + RIGHT_PORT);
    }

    /** The same with somebody between the two: the left one only knows where he is. */
    public static TwoHosts apart(Node.Kind leftKind, Node.Kind rightKind) {
        TwoHosts hosts = new TwoHosts(leftKind, rightKind, false, MIDDLE_OUTER + ":" + MIDDLE_PORT);
        try {
            hosts.b.address("eth0", MIDDLE_OUTER + "/24");
            hosts.middleman =
                    new Middleman(
                            hosts.b,
                            new InetSocketAddress(MIDDLE_OUTER, MIDDLE_PORT),
                            new InetSocketAddress(RIGHT_OUTER, RIGHT_PORT));
            return hosts;
        } catch (RuntimeException | Error e) {
            hosts.close();
            throw e;
        }
    }

    private TwoHosts(Node.Kind leftKind, Node.Kind rightKind, boolean psk, String endpoint) {
        try {
            a = lab.namespace("a");
            b = lab.namespace("b");
            lab.link(a, "eth0", b, "eth0");
            a.address("eth0", LEFT_OUTER + "/24", "fd31:9::1/64");
            b.address("eth0", RIGHT_OUTER + "/24", "fd31:9::2/64");
            Keys leftKeys = Keys.generate();
            Keys rightKeys = Keys.generate();
            String preshared = psk ? Keys.presharedKey() : "";
            leftSpec =
                    new NodeSpec(
                            "client",
                            leftKeys,
                            LEFT_PORT,
                            List.of(LEFT_VIP + "/24", LEFT_VIP6 + "/64"),
                            List.of(
                                    new NodeSpec.Peer(
                                            rightKeys.publicKey(),
                                            preshared,
                                            List.of(RIGHT_VIP, RIGHT_VIP6),
                                            endpoint)));
            rightSpec =
                    new NodeSpec(
                            "server",
                            rightKeys,
                            RIGHT_PORT,
                            List.of(RIGHT_VIP + "/24", RIGHT_VIP6 + "/64"),
                            List.of(
                                    new NodeSpec.Peer(
                                            leftKeys.publicKey(),
                                            preshared,
                                            List.of(LEFT_VIP, LEFT_VIP6),
                                            "")));
            left = leftKind.create(a, leftSpec);
            right = rightKind.create(b, rightSpec);
        } catch (RuntimeException | Error e) {
            lab.close();
            throw e;
        }
    }

    /** Starts both ends and returns when the tunnel carries an echo. */
    public TwoHosts start() {
        right.start();
        left.start();
        awaitTunnel();
        return this;
    }

    /** Returns when an echo goes from left to right and back. */
    public void awaitTunnel() {
        Ping.await(a, RIGHT_VIP, TUNNEL);
    }

    /** Who stands between hosts that are {@link #apart}. */
    public Middleman middleman() {
        return middleman;
    }

    public Lab lab() {
        return lab;
    }

    /** The left host. */
    public Namespace a() {
        return a;
    }

    /** The right host. */
    public Namespace b() {
        return b;
    }

    public Node left() {
        return left;
    }

    public Node right() {
        return right;
    }

    public NodeSpec leftSpec() {
        return leftSpec;
    }

    public NodeSpec rightSpec() {
        return rightSpec;
    }

    /** Both logs, for a failure's message. */
    public String logs() {
        return "-- left, " + left + "\n" + left.log() + "\n-- right, " + right + "\n" + right.log();
    }

    @Override
    public void close() {
        if (middleman != null) {
            middleman.close();
        }
        lab.close();
    }
}
