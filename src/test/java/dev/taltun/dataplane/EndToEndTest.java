package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.metrics.Counter;
import dev.taltun.peer.Peer;
import dev.taltun.testing.ManualClock;
import dev.taltun.testing.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Two engines' packet paths with a wire between them: what one reads from its TUN device the other
 * writes to its own, whatever the traffic, the offloads and the wire.
 */
class EndToEndTest {
    private static final int MTU = 1420;

    private final ManualClock clock = new ManualClock();

    /** Random traffic from node 1's network to node 2's. */
    private static final class Source {
        final RandomTraffic traffic;
        final RandomPackets random;
        final List<byte[]> packets = new ArrayList<>();

        Source(Random random) {
            this.random = new RandomPackets(random);
            traffic = new RandomTraffic(random, 0x101, 0x201);
        }

        /** Lets the device give a packet, or a super-packet where the kernel makes such. */
        void feed(Node node, boolean offloads) {
            if (!offloads || random.oneIn(3)) {
                byte[] packet = traffic.next();
                if (packet.length <= MTU) {
                    packets.add(packet);
                    node.tun.offer(packet);
                }
                return;
            }
            Packet p = random.any();
            p.source = 0x101;
            p.destination = 0x201 + random.below(2);
            p.flags |= random.oneIn(3) ? Packet.PSH | Packet.FIN : 0;
            int most = MTU - p.headers();
            int size = random.oneIn(4) ? 1 + random.below(most) : most;
            p.payload = random.bytes(size + 1 + random.below(Math.min(60_000, size * 60)));
            node.tun.offerSuper(p, size);
            int type = p.ipv6 ? Model.TCPV6 : Model.TCPV4;
            type = p.protocol == Packet.UDP ? Model.UDP_L4 : type;
            packets.addAll(Model.segments(p.build(), type, size, p.transport()));
        }
    }

    private static Offloads offloads(Random random) {
        int segments = new int[] {1, 64, 127}[random.nextInt(3)];
        return new Offloads(segments, random.nextBoolean(), random.nextBoolean());
    }

    /** Puts datagrams of equal size together, as UDP GRO does. */
    private static void deliverAsRuns(Node from, Node to, Random random) {
        int i = 0;
        List<FakeUdp.Sent> sent = from.udp.sent;
        while (i < sent.size()) {
            int size = sent.get(i).data().length;
            int end = i + 1;
            int bytes = size;
            int most = 1 + random.nextInt(64);
            while (end < sent.size()
                    && end - i < most
                    && sent.get(end - 1).data().length == size
                    && sent.get(end).data().length <= size
                    && bytes + sent.get(end).data().length <= 65_487) {
                bytes += sent.get(end++).data().length;
            }
            byte[] run = new byte[bytes];
            int at = 0;
            for (FakeUdp.Sent datagram : sent.subList(i, end)) {
                System.arraycopy(datagram.data(), 0, run, at, datagram.data().length);
                at += datagram.data().length;
            }
            to.udp.offerRun(run, size, false, from.address);
            i = end;
        }
        sent.clear();
    }

    /** The kernel may ask for the checksum of a packet in a packet, which only the sender sees. */
    @Test
    void theChecksumOfAPacketInAPacketIsNotLeftToTheReceiver() {
        try (Node a = new Node(1, clock, MTU, new Offloads(64, true, true));
                Node b = new Node(2, clock, MTU, new Offloads(64, true, true))) {
            Peer ofA = a.addPeer(2);
            Node.connect(a, ofA, b, b.addPeer(1));
            ofA.session().usePartialChecksums();
            Packet inner = Packet.udp4().payload(100, 1);
            byte[] inside = inner.build();
            Packet outer = Packet.udp4();
            outer.source = 0x101;
            outer.destination = 0x201;
            outer.payload = inside.clone();
            Model.put16(outer.payload, 26, Model.pseudo(inside, 20, Packet.UDP));
            byte[] packet = outer.build();
            // An outer checksum that looks partial, as one in 65,536 does.
            Model.put16(packet, 26, Model.pseudo(packet, 20, Packet.UDP));
            a.tun.offerRaw(FakeTun.header(Model.NONE, 0, 0, 48, 54), packet);
            a.work();
            a.deliverTo(b);
            b.work();
            byte[] arrived = b.tun.packets.getFirst();
            assertArrayEquals(inside, Arrays.copyOfRange(arrived, 28, arrived.length));
        }
    }

    @Test
    void whatGoesInComesOutFlowByFlow() {
        Random random = Seed.random("EndToEndTest");
        for (int round = 0; round < 40; round++) {
            try (Node a = new Node(1, clock, MTU, offloads(random));
                    Node b = new Node(2, clock, MTU, offloads(random))) {
                Peer ofA = a.addPeer(2);
                Peer ofB = b.addPeer(1);
                Node.connect(a, ofA, b, ofB, CipherSuite.values()[round % 2]);
                if (random.nextBoolean()) {
                    ofA.session().usePartialChecksums();
                }
                Source source = new Source(random);
                for (int i = 0; i < 60; i++) {
                    source.feed(a, round % 4 != 0);
                    if (random.nextInt(10) == 0) {
                        a.work();
                        deliverAsRuns(a, b, random);
                        b.work();
                    }
                }
                a.work();
                deliverAsRuns(a, b, random);
                b.work();
                Flows.assertSame(source.packets, b.tun.packets);
                int count = source.packets.size();
                assertEquals(count, a.count(Counter.PACKETS_SEALED));
                assertEquals(count, b.count(Counter.PACKETS_OPENED));
                assertEquals(count, ofA.txPackets());
                assertEquals(count, ofB.rxPackets());
                assertEquals(ofA.txBytes(), ofB.rxBytes());
            }
        }
    }

    /** Losses, repetitions, swaps and damage: each packet comes out at most once, unchanged. */
    @Test
    void aBadWireLosesButNeverChanges() {
        Random random = Seed.random("EndToEndTest.wire");
        for (int round = 0; round < 40; round++) {
            try (Node a = new Node(1, clock, MTU, offloads(random));
                    Node b = new Node(2, clock, MTU, offloads(random))) {
                Node.connect(a, a.addPeer(2), b, b.addPeer(1));
                Source source = new Source(random);
                for (int i = 0; i < 40; i++) {
                    source.feed(a, true);
                }
                a.work();
                int lost = badWire(a.udp.sent, random);
                a.deliverTo(b);
                b.work();
                Map<String, Integer> there = bag(b.tun.packets);
                Map<String, Integer> sent = bag(source.packets);
                there.forEach(
                        (packet, times) -> {
                            int most = sent.getOrDefault(packet, 0);
                            assertTrue(times <= most, () -> times + " of " + most + " " + packet);
                        });
                assertEquals(source.packets.size() - lost, b.tun.packets.size());
            }
        }
    }

    /** Changes what was sent; returns how many datagrams will not arrive. */
    private static int badWire(List<FakeUdp.Sent> sent, Random random) {
        List<FakeUdp.Sent> after = new ArrayList<>();
        int lost = 0;
        for (FakeUdp.Sent datagram : sent) {
            switch (random.nextInt(12)) {
                case 0 -> lost++;
                case 1 -> {
                    byte[] damaged = datagram.data().clone();
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
                    after.add(new FakeUdp.Sent(damaged, datagram.to()));
                    lost++;
                }
                case 2 -> {
                    after.add(datagram);
                    after.add(random.nextInt(after.size() + 1), datagram);
                }
                case 3 -> after.add(Math.max(0, after.size() - random.nextInt(40)), datagram);
                default -> after.add(datagram);
            }
        }
        if (random.nextInt(5) == 0) {
            Collections.shuffle(after, random);
        }
        sent.clear();
        sent.addAll(after);
        return lost;
    }

    private static Map<String, Integer> bag(List<byte[]> packets) {
        Map<String, Integer> bag = new HashMap<>();
        for (byte[] packet : packets) {
            bag.merge(Flows.canonical(packet), 1, Integer::sum);
        }
        return bag;
    }

    /** Sessions are replaced under load: packets sealed with the old one still arrive. */
    @Test
    void aRekeyLosesNothing() {
        try (Node a = new Node(1, clock, MTU, new Offloads(64, true, true));
                Node b = new Node(2, clock, MTU, new Offloads(64, true, true))) {
            Peer ofA = a.addPeer(2);
            Peer ofB = b.addPeer(1);
            List<byte[]> sent = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                if (i % 20 == 0) {
                    Node.connect(a, ofA, b, ofB, CipherSuite.values()[i / 20 % 2]);
                }
                Packet p = Packet.tcp4().payload(500, i);
                p.source = 0x101;
                p.destination = 0x201;
                p.sequence = 500 * i;
                sent.add(p.build());
                a.tun.offer(p.build());
                a.work();
            }
            a.deliverTo(b);
            b.work();
            Flows.assertSame(sent, b.tun.packets);
        }
    }
}
