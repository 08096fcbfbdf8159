package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.metrics.Counter;
import dev.taltun.peer.Peer;
import dev.taltun.routing.IpPrefix;
import dev.taltun.testing.ManualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A hub (9) with three spokes (1, 2, 3), whose addresses are 10.0.n.0/24 and fd00::n00/120, over
 * devices in memory.
 */
abstract class HubLab {
    static final int MTU = 1420;
    static final int STAGED = 8;
    static final List<IpPrefix> VIPS =
            List.of(IpPrefix.parse("10.0.9.1/24"), IpPrefix.parse("fd00::901/120"));

    final ManualClock clock = new ManualClock();
    final List<Node> spokes = new ArrayList<>();

    /** The spokes' idea of the hub, and the hub's of the spokes. */
    final List<Peer> hubOf = new ArrayList<>();

    final List<Peer> ofHub = new ArrayList<>();
    Node hub;

    @BeforeEach
    void begin() {
        clock.advanceSeconds(100);
        connect(Forwarding.of(true, false, VIPS), MTU);
    }

    void connect(Forwarding forwarding, int hubMtu) {
        close();
        hub = new Node(9, clock, hubMtu, new Offloads(64, true, true), STAGED, forwarding);
        for (int n = 1; n <= 3; n++) {
            Node spoke = new Node(n, clock, 9000, new Offloads(64, true, true));
            Peer hubPeer = spoke.addPeer(9);
            Peer spokePeer = hub.addPeer(n);
            spoke.peers.publish(
                    spoke.peers
                            .routes()
                            .with(IpPrefix.parse("0.0.0.0/0"), hubPeer)
                            .with(IpPrefix.parse("::/0"), hubPeer));
            Node.connect(spoke, hubPeer, hub, spokePeer);
            spokes.add(spoke);
            hubOf.add(hubPeer);
            ofHub.add(spokePeer);
        }
    }

    @AfterEach
    void close() {
        if (hub != null) {
            hub.close();
        }
        spokes.forEach(Node::close);
        spokes.clear();
        hubOf.clear();
        ofHub.clear();
    }

    Node spoke(int n) {
        return spokes.get(n - 1);
    }

    /** A packet between two of the spokes' networks. */
    static Packet packet(int from, int to, int size) {
        Packet p = Packet.udp4().payload(size, 1);
        p.source = from << 8 | 1;
        p.destination = to << 8 | 1;
        return p;
    }

    /** Everything goes where it goes, until nothing moves. */
    void settle(int from) {
        spoke(from).work();
        for (int turn = 0; turn < 4; turn++) {
            for (Node spoke : spokes) {
                spoke.deliverTo(hub);
            }
            hub.work();
            carryFromHub();
        }
    }

    void carryFromHub() {
        List<FakeUdp.Sent> sent = List.copyOf(hub.udp.sent);
        hub.udp.sent.clear();
        for (FakeUdp.Sent datagram : sent) {
            for (Node spoke : spokes) {
                if (datagram.to().sameRemote(spoke.address)) {
                    spoke.udp.offer(datagram.data(), hub.address);
                }
            }
        }
        spokes.forEach(Node::work);
    }

    void send(int from, byte[]... packets) {
        for (byte[] packet : packets) {
            spoke(from).tun.offer(packet);
        }
        settle(from);
    }

    static byte[] hop(Packet p) {
        Packet next = p.copy();
        next.ttl--;
        return next.build();
    }

    void assertDropped(Counter reason, int from, byte[] packet) {
        long before = hub.count(reason);
        send(from, packet);
        assertEquals(before + 1, hub.count(reason), reason.name());
        assertEquals(0, hub.count(Counter.PACKETS_RELAYED));
        assertEquals(List.of(), hub.tun.packets);
    }

    /** The one ICMP error that came back, as type and code. */
    void assertTold(int spoke, int type, int code, int rest) {
        List<byte[]> packets = spoke(spoke).tun.packets;
        assertEquals(1, packets.size());
        byte[] error = packets.getFirst();
        int start = Model.isIpv6(error) ? 40 : 20;
        assertEquals(type, error[start]);
        assertEquals(code, error[start + 1]);
        assertEquals(rest, Model.get32(error, start + 4));
        if (start == 20) {
            assertEquals(0x0a000901, Model.get32(error, 12), "from the hub's VIP");
        } else {
            assertEquals(0x901, Model.get32(error, 20), "from the hub's VIP");
        }
        assertEquals(1, hub.count(Counter.ICMP_ERRORS_SENT));
        packets.clear();
    }
}
