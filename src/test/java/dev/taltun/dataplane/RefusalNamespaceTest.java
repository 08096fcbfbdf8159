package dev.taltun.dataplane;

import static dev.taltun.testing.NetworkNamespace.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.Poller;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.LinuxUdpSocket;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpOptions;
import dev.taltun.io.udp.UdpReceiver;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.testing.NetworkNamespace;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the kernel itself refuses, and that everything arrives all the same. */
@Tag("namespace")
class RefusalNamespaceTest {
    private final Counters counters = new Counters();
    private final Offloads offloads = new Offloads(64, true, true);
    private final List<Endpoint> refused = new ArrayList<>();

    private static LinuxUdpSocket socket(String address) throws Exception {
        InetAddress ip = InetAddress.getByName(address);
        return LinuxUdpSocket.open(new UdpOptions(ip, 0, false, 0, true, false));
    }

    private static Endpoint endpoint(String address, int port) throws Exception {
        return Endpoint.of(new InetSocketAddress(InetAddress.getByName(address), port));
    }

    /** Sends one datagram and a run of 20; returns how many datagrams arrived. */
    private int send(LinuxUdpSocket from, LinuxUdpSocket to, Endpoint endpoint, int size)
            throws Exception {
        try (Arena arena = Arena.ofConfined();
                Poller poller = new Poller(arena, to.fd())) {
            TxBatch batch = new TxBatch(arena);
            batch.append(10, endpoint, 64);
            for (int i = 0; i < 20; i++) {
                batch.append(size, endpoint, 64);
            }
            RxBatch rx = new RxBatch(arena, 64, 2048);
            UdpReceiver receiver = to.newReceiver(arena, rx);
            assertTrue(
                    new Transmitter.BatchSender(
                                    from.newSender(arena),
                                    offloads,
                                    counters.newBlock(),
                                    refused::add)
                            .send(batch));
            int arrived = 0;
            for (int tries = 0; arrived < 21 && tries < 20; tries++) {
                int messages = receiver.receive(rx);
                arrived += messages;
                if (messages == 0) {
                    poller.awaitReadable(50_000_000);
                }
            }
            return arrived;
        }
    }

    /** The kernel says ENETUNREACH or EINVAL, by family and version. */
    @Test
    void aLocalAddressThatIsGone() {
        NetworkNamespace.run(
                () -> {
                    sh("ip link set lo up; ip addr add fd00::1 dev lo");
                    sh("while ip -6 addr show tentative | grep -q inet6; do sleep 0.05; done");
                    String[][] cases = {
                        {"0.0.0.0", "127.0.0.1", "192.0.2.7"},
                        {"::", "127.0.0.1", "192.0.2.7"},
                        {"::", "fd00::1", "fd00::77"}
                    };
                    for (String[] c : cases) {
                        try (LinuxUdpSocket from = socket(c[0]);
                                LinuxUdpSocket to = socket(c[1])) {
                            Endpoint there = endpoint(c[1], to.port());
                            Endpoint gone = endpoint(c[2], 1);
                            Endpoint sticky =
                                    new Endpoint(
                                            there.high(),
                                            there.low(),
                                            there.port(),
                                            0,
                                            gone.high(),
                                            gone.low());
                            assertEquals(21, send(from, to, sticky, 1000), c[0] + " to " + c[1]);
                        }
                    }
                    assertEquals(64, offloads.maxSegments(), "GSO is not to blame");
                    assertEquals(0, counters.sum(Counter.UDP_SEND_ERRORS));
                });
    }

    /** The kernel's own words for it: EPERM and ENETUNREACH. */
    @Test
    void aFirewallOfThisMachineAndAMissingRouteAreTold() {
        NetworkNamespace.run(
                () -> {
                    sh("ip link set lo up");
                    sh("nft add table inet t");
                    sh("nft 'add chain inet t out { type filter hook output priority 0 ; }'");
                    try (LinuxUdpSocket from = socket("0.0.0.0");
                            LinuxUdpSocket to = socket("127.0.0.1")) {
                        Endpoint there = endpoint("127.0.0.1", to.port());
                        assertEquals(21, send(from, to, there, 1000));
                        assertEquals(List.of(), refused);
                        sh("nft add rule inet t out udp dport " + to.port() + " drop");
                        assertEquals(0, send(from, to, there, 1000));
                        assertEquals(List.of(there, there), refused, "the datagram and the run");
                        Endpoint nowhere = endpoint("192.0.2.9", 9);
                        refused.clear();
                        assertEquals(0, send(from, to, nowhere, 1000));
                        assertEquals(nowhere, refused.getLast());
                    }
                });
    }

    @Test
    void aRunThatDoesNotFitThePath() {
        NetworkNamespace.run(
                () -> {
                    sh("ip link set lo up mtu 1280");
                    try (LinuxUdpSocket from = socket("0.0.0.0");
                            LinuxUdpSocket to = socket("127.0.0.1")) {
                        Endpoint there = endpoint("127.0.0.1", to.port());
                        assertEquals(21, send(from, to, there, 1452));
                    }
                    assertEquals(1, counters.sum(Counter.UDP_GSO_FALLBACKS));
                    assertEquals(0, counters.sum(Counter.UDP_SEND_ERRORS));
                });
    }
}
