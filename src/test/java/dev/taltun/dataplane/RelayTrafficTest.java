package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.metrics.Counter;
import dev.taltun.peer.Peer;
import dev.taltun.routing.IpPrefix;
import dev.taltun.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How a hub passes packets on: in runs, in order, without loss, and not for ever. */
class RelayTrafficTest extends HubLab {
    /** A run of datagrams that arrives as one message leaves as one. */
    @Test
    void aRunStaysARun() {
        Random random = Seed.random("RelayTest.run");
        for (int segments : new int[] {2, 17, 44}) {
            List<byte[]> packets = new ArrayList<>();
            for (int i = 0; i < segments; i++) {
                Packet p = packet(1, 2, i + 1 == segments ? 300 : MTU - 28);
                p.sequence = random.nextInt();
                packets.add(hop(p));
                spoke(1).tun.offer(p.build());
            }
            spoke(1).work();
            int size = spoke(1).udp.sent.getFirst().data().length;
            byte[] run = new byte[segments * size];
            int length = 0;
            for (FakeUdp.Sent sent : spoke(1).udp.sent) {
                System.arraycopy(sent.data(), 0, run, length, sent.data().length);
                length += sent.data().length;
            }
            spoke(1).udp.sent.clear();
            hub.udp.offerRun(java.util.Arrays.copyOf(run, length), size, false, spoke(1).address);
            List<Integer> runs = new ArrayList<>();
            hub.udp.verdict =
                    (to, count) -> {
                        runs.add(count);
                        return 0;
                    };
            hub.work();
            assertEquals(List.of(segments), runs, "one message, of all segments");
            carryFromHub();
            Flows.assertSame(packets, spoke(2).tun.packets);
            spoke(2).tun.packets.clear();
        }
    }

    /** Random traffic among all: everything arrives once, in order, and the books balance. */
    @Test
    void everyoneTalksToEveryone() {
        RandomPackets random = new RandomPackets(Seed.random("RelayTest.traffic"));
        List<List<byte[]>> expected =
                List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int sent = 0;
        for (int i = 0; i < 3000; i++) {
            Packet p = random.any();
            if (random.oneIn(5)) {
                random.addIpOptions(p);
            }
            int from = 1 + random.below(3);
            int to = 1 + (from + random.below(2)) % 3;
            p.source = from << 8 | 1 + random.below(3);
            p.destination = to << 8 | 1 + random.below(3);
            p.ttl = 2 + random.below(200);
            p.id = i;
            p.payload(random.oneIn(3) ? random.below(1300) : 1200, i);
            spoke(from).tun.offer(p.build());
            p.ttl--;
            expected.get(to - 1).add(p.build());
            sent++;
            if (random.oneIn(50) || i == 2999) {
                spokes.forEach(Node::work);
                settle(1);
                for (int n = 1; n <= 3; n++) {
                    Flows.assertSame(expected.get(n - 1), spoke(n).tun.packets);
                    expected.get(n - 1).clear();
                    spoke(n).tun.packets.clear();
                }
            }
        }
        assertEquals(sent, hub.count(Counter.PACKETS_RELAYED));
        assertEquals(sent, hub.count(Counter.PACKETS_SEALED));
        long to = ofHub.stream().mapToLong(Peer::txBytes).sum();
        long from = ofHub.stream().mapToLong(Peer::rxBytes).sum();
        assertEquals(from, to);
        assertEquals(sent, ofHub.stream().mapToLong(Peer::txPackets).sum());
    }

    /** A slow network costs packets and nothing else; what was queued leaves in order. */
    @Test
    void aFullSocketQueuesThenDrops() {
        hub.udp.room = 0;
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            Packet p = packet(1, 2, 1200);
            p.id = i;
            expected.add(hop(p));
            spoke(1).tun.offer(p.build());
        }
        settle(1);
        long dropped = hub.count(Counter.DROP_RELAY_NO_BATCH);
        assertTrue(dropped > 0);
        hub.udp.room = Integer.MAX_VALUE;
        settle(1);
        assertEquals(4000 - dropped, spoke(2).tun.packets.size());
        Flows.assertSame(expected.subList(0, spoke(2).tun.packets.size()), spoke(2).tun.packets);
        send(1, packet(1, 2, 50).build());
        assertEquals(4001 - dropped, spoke(2).tun.packets.size());
    }

    /** RFC 6040: the mark of a congested router on one side is seen on the other. */
    @Test
    void congestionIsToldOn() {
        Packet capable = packet(1, 2, 100);
        capable.tos = 2;
        spoke(1).tun.offer(capable.build());
        spoke(1).work();
        byte[] datagram = spoke(1).udp.sent.removeLast().data();
        hub.udp.offerMarked(datagram, spoke(1).address, Ecn.CONGESTED);
        ofHub.get(1).session().usePartialChecksums();
        hub.work();
        assertEquals(Ecn.CONGESTED, hub.udp.lastMark);
        carryFromHub();
        assertEquals(3, spoke(2).tun.packets.getFirst()[1] & 3);
        assertTrue(Model.ipValid(spoke(2).tun.packets.getFirst()));
    }

    /** Plain WireGuard may not look at it, and then nobody would hear of the congestion. */
    @Test
    void onlyTaltunGetsTheMarkOutside() {
        Packet capable = packet(1, 2, 100);
        capable.tos = 0xfe;
        byte[] whole = capable.build();
        spoke(1).tun.offer(whole);
        spoke(1).work();
        assertEquals(0, spoke(1).udp.lastMark);
        hubOf.get(0).session().usePartialChecksums();
        spoke(1).tun.offer(whole);
        spoke(1).work();
        assertEquals(2, spoke(1).udp.lastMark, "and nothing of the other six bits");
    }

    /** RFC 6040, section 4.2: dropped, so that a sender without ECN notices. */
    @Test
    void congestionThatCannotBeToldOnDropsThePacket() {
        for (int tos : new int[] {0xb8, 0xba}) {
            Packet p = packet(1, 2, 100);
            p.tos = tos;
            spoke(1).tun.offer(p.build());
            spoke(1).work();
            byte[] datagram = spoke(1).udp.sent.removeLast().data();
            hub.udp.offerMarked(datagram, spoke(1).address, Ecn.CONGESTED);
            hub.work();
        }
        assertEquals(1, hub.count(Counter.DROP_CONGESTED));
        assertEquals(1, hub.count(Counter.PACKETS_RELAYED));
    }

    /** Three hubs, each of which takes the next for the way to a prefix. */
    @Test
    void packetsThatGoRoundInARingDie() {
        Forwarding rules = Forwarding.of(true, false, List.of());
        List<Node> ring = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ring.add(new Node(20 + i, clock, MTU, new Offloads(64, true, true), STAGED, rules));
        }
        IpPrefix lost = IpPrefix.parse("10.0.50.0/24");
        IpPrefix source = IpPrefix.parse("10.0.60.0/24");
        for (int i = 0; i < 3; i++) {
            Node node = ring.get(i);
            int nextIndex = (i + 1) % 3;
            Node next = ring.get(nextIndex);
            Peer forward = node.addPeer(20 + nextIndex);
            Peer backward = next.addPeer(20 + i);
            node.peers.publish(node.peers.routes().with(lost, forward));
            next.peers.publish(next.peers.routes().with(source, backward));
            Node.connect(node, forward, next, backward);
        }
        Packet p = packet(60, 50, 100);
        p.ttl = 30;
        ring.getFirst().tun.offer(p.build());
        int hops = 0;
        for (int turn = 0; turn < 100; turn++) {
            for (Node node : ring) {
                node.work();
                for (FakeUdp.Sent sent : List.copyOf(node.udp.sent)) {
                    for (Node to : ring) {
                        if (sent.to().sameRemote(to.address)) {
                            to.udp.offer(sent.data(), node.address);
                            hops++;
                        }
                    }
                }
                node.udp.sent.clear();
            }
        }
        assertEquals(30, hops);
        assertEquals(1, ring.stream().mapToLong(n -> n.count(Counter.DROP_RELAY_TTL)).sum());
        assertEquals(29, ring.stream().mapToLong(n -> n.count(Counter.PACKETS_RELAYED)).sum());
        ring.forEach(Node::close);
    }

    @Test
    void whoLeavesAllToTheKernelGetsEverything() {
        connect(Forwarding.byKernel(), MTU);
        send(1, packet(1, 2, 10).build(), packet(1, 1, 10).build(), packet(1, 70, 10).build());
        assertEquals(3, hub.tun.packets.size());
        assertEquals(0, hub.count(Counter.PACKETS_RELAYED));
    }
}
