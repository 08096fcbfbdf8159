package dev.taltun.dataplane;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static dev.taltun.netns.Node.Kind.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.netns.Await;
import dev.taltun.netns.NamespaceTest;
import dev.taltun.netns.Node;
import dev.taltun.netns.PacketSocket;
import dev.taltun.netns.PacketSocket.Captured;
import dev.taltun.netns.TaltunNode;
import dev.taltun.netns.TwoHosts;
import dev.taltun.testing.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random packets through two engines, each compared with what was sent:
 *
 * <pre>
 *   TunnelTraffic -> packet socket -> device [engine] === [engine] device -> packet socket -> Flows
 *                    (the kernel cuts super-packets if the device does not)    (cut by Model)
 * </pre>
 *
 * <p>Few packets are under way at a time, so none may be lost.
 */
@NamespaceTest
class DifferentialTest {
    private static final int PACKETS = 8_000;

    /** With one super-packet more it is still less than a device's queue holds, 500. */
    private static final int WINDOW = 300;

    /** The same for a socket's buffer of the usual size, which wireguard-go leaves as it is. */
    private static final int SMALL_WINDOW = 10;

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String NO_OFFLOADS =
            "--tun-tso off --tun-uso off --udp-gso off --udp-gro off";

    static List<Arguments> variants() {
        return List.of(
                Arguments.of(TALTUN, TALTUN, "", "", 1420),
                Arguments.of(
                        TALTUN,
                        TALTUN,
                        NO_OFFLOADS + " --cipher chacha20-poly1305",
                        NO_OFFLOADS,
                        1420),
                Arguments.of(TALTUN, TALTUN, NO_OFFLOADS, "--cipher aes-256-gcm", 1420),
                Arguments.of(
                        TALTUN,
                        TALTUN,
                        "--tun-uso off --workers 3",
                        "--udp-gro off --workers 2",
                        1420),
                Arguments.of(TALTUN, TALTUN, "--udp-gso off", "--tun-tso off", 1420),
                Arguments.of(TALTUN, TALTUN, "--mtu 9000", "--mtu 9000", 9000),
                Arguments.of(TALTUN, TALTUN, "--mtu 1281", "--mtu 1281 --crypto jdk", 1281),
                Arguments.of(TALTUN, WIREGUARD_GO, "", "", 1420),
                Arguments.of(WIREGUARD_GO, TALTUN, "", NO_OFFLOADS, 1420));
    }

    @ParameterizedTest(name = "{0} {2} with {1} {3}")
    @MethodSource("variants")
    void whatGoesInComesOutFlowByFlow(
            Node.Kind left, Node.Kind right, String leftFlags, String rightFlags, int mtu) {
        Random random = Seed.random("DifferentialTest");
        try (TwoHosts hosts = new TwoHosts(left, right, false, false)) {
            flags(hosts.left(), leftFlags);
            flags(hosts.right(), rightFlags);
            hosts.start();
            // The kernels would answer some of it. Packet sockets see what is dropped here.
            hosts.a().ignore(hosts.left().device());
            hosts.b().ignore(hosts.right().device());
            push(hosts, hosts.left(), hosts.right(), new TunnelTraffic(random, mtu, hosts(1, 2)));
            push(hosts, hosts.right(), hosts.left(), new TunnelTraffic(random, mtu, hosts(2, 1)));
        }
    }

    private static boolean hasWorkers(Node node) {
        return node instanceof TaltunNode taltun && taltun.hasFlags("--workers");
    }

    private static void flags(Node node, String flags) {
        if (!flags.isEmpty()) {
            ((TaltunNode) node).flags(flags.split(" "));
        }
    }

    /** The addresses of {@link TwoHosts}: 10.77.0.n and fd77::n. */
    private static Consumer<Packet> hosts(int from, int to) {
        return p -> {
            p.network6 = 0xfd77L << 48;
            p.source = p.ipv6 ? from : 77 << 16 | from;
            p.destination = p.ipv6 ? to : 77 << 16 | to;
        };
    }

    private static void push(TwoHosts hosts, Node from, Node to, TunnelTraffic traffic) {
        try (PacketSocket in = PacketSocket.sender(from.namespace(), from.device());
                PacketSocket out = PacketSocket.capture(to.namespace(), to.device())) {
            List<byte[]> sent = new ArrayList<>();
            List<byte[]> received = new ArrayList<>();
            int superPackets = 0;
            int window = to instanceof TaltunNode ? WINDOW : SMALL_WINDOW;
            while (sent.size() < PACKETS) {
                while (sent.size() < received.size() + window) {
                    TunnelTraffic.Step step = traffic.next();
                    sent.addAll(step.expected());
                    in.send(step.header(), step.packet());
                }
                superPackets += take(out, sent, received);
            }
            boolean workers = hasWorkers(from) || hasWorkers(to);
            if (workers) {
                // The kernel chooses the queue by more than a flow's addresses and ports; that
                // several workers keep the order of what one host sends, StreamTest sees.
                Flows.assertSameInAnyOrder(sent, received);
            } else {
                Flows.assertSame(sent, received);
            }
            boolean coalesces = to instanceof TaltunNode node && !node.hasFlags(NO_OFFLOADS);
            assertEquals(coalesces, superPackets > 0, () -> hosts.logs());
        }
    }

    /** Takes as many packets as were sent; returns how many super-packets were among them. */
    private static int take(PacketSocket out, List<byte[]> sent, List<byte[]> received) {
        int[] superPackets = new int[1];
        Await.until(
                "the packets sent",
                SOON,
                () -> {
                    for (Captured captured : out.poll()) {
                        List<byte[]> packets = packets(captured);
                        superPackets[0] += packets.size() > 1 ? 1 : 0;
                        received.addAll(packets);
                    }
                    return received.size() >= sent.size();
                },
                () -> {
                    Flows.assertSame(sent, received);
                    return received.size() + " of " + sent.size();
                });
        return superPackets[0];
    }

    /** What a packet that came out stands for. */
    private static List<byte[]> packets(Captured captured) {
        byte[] header = captured.header();
        byte[] packet = captured.packet();
        int type = header[VirtioNetHeader.GSO_TYPE_OFFSET] & 0xff & ~VirtioNetHeader.GSO_ECN;
        int start = PacketSocket.field(header, VirtioNetHeader.CSUM_START_OFFSET);
        if (type != Model.NONE) {
            int size = PacketSocket.field(header, VirtioNetHeader.GSO_SIZE_OFFSET);
            List<byte[]> segments = Model.segments(packet, type, size, start);
            assertTrue(segments.size() > 1, "a super-packet of one");
            return segments;
        }
        if ((header[0] & VirtioNetHeader.NEEDS_CSUM) != 0) {
            Model.completeTransport(packet, start, Model.isIpv6(packet) ? packet[6] : packet[9]);
        }
        return List.of(packet);
    }
}
