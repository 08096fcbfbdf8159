package dev.taltun.io.udp;

import static dev.taltun.testing.NetworkNamespace.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.Errno;
import dev.taltun.testing.NetworkNamespace;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What needs a network of its own: several addresses, a small MTU, firewall marks. */
@Tag("namespace")
class UdpNamespaceTest {
    /** IPv6 addresses are made ready by a kernel thread, even those without detection. */
    private static final String UNTIL_READY =
            "while ip -6 addr show tentative | grep -q inet6; do sleep 0.05; done";

    @Test
    void answersLeaveFromTheIpv6AddressThatWasAsked() {
        NetworkNamespace.run(
                () -> {
                    sh("ip link set lo up");
                    for (int i = 1; i <= 4; i++) {
                        sh("ip addr add fd00::" + i + "/128 dev lo nodad");
                    }
                    sh(UNTIL_READY);
                    try (UdpFixture server = UdpFixture.open("::", false);
                            UdpFixture client = UdpFixture.open("fd00::1", false)) {
                        for (int i = 2; i <= 4; i++) {
                            Endpoint asked = server.at("fd00::" + i);
                            client.append(i, 100, asked, 1);
                            client.sendAll();
                            server.receive(1);
                            Endpoint source = server.arrived.removeFirst().source();
                            assertEquals(asked.low(), source.localLow());
                            assertEquals(asked.high(), source.localHigh());
                            server.append(i, 100, source, 64);
                            server.append(i, 100, source, 64);
                            server.sendAll();
                            client.receive(2);
                            assertTrue(client.arrived.removeFirst().source().sameRemote(asked));
                            assertTrue(client.arrived.removeFirst().source().sameRemote(asked));
                        }
                    }
                });
    }

    @Test
    void linkLocalPeersKeepTheirInterface() {
        NetworkNamespace.run(
                () -> {
                    sh("ip link set lo up; ip link add va type veth peer name vb");
                    sh("ip link set va addrgenmode none; ip link set vb addrgenmode none");
                    sh("ip link set va up; ip link set vb up");
                    sh("ip addr add fe80::a/64 dev va nodad; ip addr add fe80::b/64 dev vb nodad");
                    sh(UNTIL_READY);
                    int index = Integer.parseInt(sh("ip -o link show va | cut -d: -f1").strip());
                    try (UdpFixture x = UdpFixture.open("::", false);
                            UdpFixture y = UdpFixture.open("::", false)) {
                        Endpoint plain = y.at("fe80::b");
                        Endpoint to =
                                new Endpoint(plain.high(), plain.low(), plain.port(), index, 0, 0);
                        x.append(1, 90, to, 1);
                        x.sendAll();
                        y.receive(1);
                        Endpoint source = y.arrived.getFirst().source();
                        assertTrue(source.scope() != 0, source.toString());
                        y.append(2, 90, source, 1);
                        y.sendAll();
                        x.receive(1);
                        x.check(0, 2, 90);
                    }
                });
    }

    /** A run whose datagrams do not fit the path is refused; one by one they are fragmented. */
    @Test
    void aRunLargerThanThePathGoesDatagramByDatagram() {
        NetworkNamespace.run(
                () -> {
                    sh("ip link set lo up; ip link set lo mtu 1280; ip addr add fd00::1 dev lo");
                    sh(UNTIL_READY);
                    for (String address : new String[] {"127.0.0.1", "fd00::1"}) {
                        try (UdpFixture a = UdpFixture.open(address, false);
                                UdpFixture b = UdpFixture.open(address, true)) {
                            for (int i = 0; i < 10; i++) {
                                a.append(i, 1400, b.at(address), 64);
                            }
                            assertEquals(1, a.tx.messages());
                            int refused = a.sender.send(a.tx);
                            assertTrue(
                                    refused == -Errno.EINVAL || refused == -Errno.EMSGSIZE,
                                    () -> "send: " + refused);
                            assertEquals(10, a.sender.sendSingly(a.tx));
                            b.receive(10);
                            assertEquals(10, b.arrived.size());
                            for (int i = 0; i < 10; i++) {
                                b.check(i, i, 1400);
                            }
                        }
                    }
                });
    }

    @Test
    void packetsCarryTheMark() {
        NetworkNamespace.run(
                () -> {
                    sh("ip link set lo up");
                    sh("ip rule add pref 1 fwmark 77 prohibit");
                    sh("ip rule add pref 2 lookup local; ip rule del pref 0");
                    try (UdpFixture plain = UdpFixture.open("127.0.0.1", false);
                            UdpFixture marked =
                                    UdpFixture.open(UdpFixture.options("0.0.0.0", 0, 77, false))) {
                        plain.append(0, 10, plain.at("127.0.0.1"), 1);
                        plain.sendAll();
                        marked.append(0, 10, plain.at("127.0.0.1"), 1);
                        assertEquals(-Errno.EACCES, marked.sender.send(marked.tx));
                    }
                });
    }

    @Test
    void theReceiveBufferIsForcedToItsSize() {
        NetworkNamespace.run(
                () -> {
                    try (UdpFixture a = UdpFixture.open("127.0.0.1", false)) {
                        assertEquals(2 * (7 << 20), a.socket.receiveBuffer());
                    }
                });
    }

    /**
     * A router says that there is no host, or that what came had too few hops to get there: Linux
     * has one number for both.
     */
    @Test
    void tooFewHopsAreNoUnreachableHost() {
        NetworkNamespace.run(
                () -> {
                    sh("ip link set lo up; ip link add va type veth peer name vb");
                    String router = sh("unshare -n sleep 30 >/dev/null 2>&1 & echo $!").strip();
                    String there = "nsenter -t " + router + " -n ";
                    try {
                        sh(
                                "while [ $(readlink /proc/self/ns/net) = $(readlink /proc/"
                                        + router
                                        + "/ns/net) ]; do sleep 0.02; done; ip link set vb netns "
                                        + router);
                        sh("ip addr add 192.0.2.1/24 dev va; ip link set va up");
                        sh("ip route add 198.51.100.0/24 via 192.0.2.2");
                        sh(there + "ip addr add 192.0.2.2/24 dev vb");
                        sh(there + "ip link set vb up");
                        sh(there + "sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0");
                        sh(there + "ip route add unreachable 198.51.100.1");
                        sh(there + "ip route add 198.51.100.2 via 192.0.2.9");
                        try (UdpFixture a = UdpFixture.open("0.0.0.0", false)) {
                            assertTrue(said(a, 0xc6336401, 0).isUnreachable());
                            assertFalse(said(a, 0xc6336402, 1).isUnreachable());
                        }
                    } finally {
                        sh("kill " + router);
                    }
                });
    }

    /** What the network says about a datagram to this address. */
    private static UdpError said(UdpFixture from, int address, int hops) throws Exception {
        Endpoint to = new Endpoint(0, Endpoint.mapped(address), 9, 0, 0, 0);
        UdpError error = new UdpError(Arena.ofAuto());
        from.append(1, 100, to, 1);
        from.tx.limitHops(hops);
        from.sendAll();
        for (int i = 0; i < 200 && !from.receiver().nextError(error); i++) {
            sh("sleep 0.02");
        }
        assertTrue(error.remote().sameRemote(to), () -> "nothing is said about " + to);
        return error;
    }
}
