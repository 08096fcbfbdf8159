package dev.taltun.dataplane;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A few flows that mostly behave as bulk transfers do, so that there is something to put together,
 * and now and then do everything else that TCP, UDP and IP permit.
 */
final class RandomTraffic {
    private final RandomPackets random;
    private final List<Packet> flows = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private final int calm;

    RandomTraffic(Random random) {
        this(random, 1, 1);
    }

    /** Traffic from one of two hosts to one of two hosts, of these numbers and the next. */
    RandomTraffic(Random random, int source, int destination) {
        // Few hosts, so that flows differ in as little as one port.
        this(
                random,
                p -> {
                    p.source = source + random.nextInt(2);
                    p.destination = destination + random.nextInt(2);
                });
    }

    /**
     * @param hosts gives a flow its addresses
     */
    RandomTraffic(Random random, Consumer<Packet> hosts) {
        this.random = new RandomPackets(random);
        int count = 1 + random.nextInt(20);
        calm = 2 + random.nextInt(30);
        for (int i = 0; i < count; i++) {
            Packet p = this.random.any();
            hosts.accept(p);
            p.sourcePort = 1000 + i;
            p.destinationPort = this.random.oneIn(6) ? 4789 : 80;
            p.noChecksum = p.protocol == Packet.UDP && this.random.oneIn(6);
            flows.add(p);
            sizes.add(this.random.oneIn(3) ? 1 + random.nextInt(40) : 1 + random.nextInt(1400));
        }
    }

    /** The next packet of some flow. */
    byte[] next() {
        int i = random.below(flows.size());
        Packet flow = flows.get(i);
        flow.payload = random.bytes(sizes.get(i));
        if (!random.oneIn(calm)) {
            return advance(flow);
        }
        return switch (random.below(12)) {
            case 0 -> lasting(flow);
            case 1 -> alone(flow, p -> p.flags |= 1 << random.below(8));
            case 2 -> alone(flow, p -> p.payload = new byte[0]);
            case 3 -> alone(flow, p -> p.sequence -= random.below(3000));
            case 4 -> alone(flow, p -> p.id += random.below(3));
            case 5 -> alone(flow, p -> p.fragment ^= 1 << random.below(16));
            case 6 -> alone(flow, random::addIpOptions);
            case 7 -> alone(flow, p -> p.udpLengthError = -random.below(8));
            case 8 -> alone(flow, p -> p.protocol = random.oneIn(2) ? 50 : p.ipv6 ? 58 : 1);
            case 9 -> alone(flow, p -> p.reserved = 1);
            case 10 -> alone(flow, p -> p.urgent = 9);
            default -> {
                flow.payload = random.bytes(random.below(1400));
                yield advance(flow);
            }
        };
    }

    /** A packet after which the flow goes on. */
    private byte[] advance(Packet p) {
        p.flags = Packet.ACK | (random.oneIn(20) ? Packet.PSH : 0);
        final byte[] bytes = p.build();
        p.sequence += p.payload.length;
        p.id = p.id + 1 & 0xffff;
        return bytes;
    }

    /** A change that stays. */
    private byte[] lasting(Packet p) {
        switch (random.below(7)) {
            case 0 -> p.acknowledgment += 1448;
            case 1 -> p.window ^= 64;
            case 2 -> p.ttl ^= 1;
            case 3 -> p.tos ^= 3;
            case 4 -> p.fragment ^= Packet.DF;
            case 5 -> p.flowLabel ^= 5;
            default -> p.tcpOptions = p.protocol == Packet.TCP ? random.tcpOptions() : new byte[0];
        }
        return advance(p);
    }

    /** A change to one packet only. */
    private byte[] alone(Packet flow, Consumer<Packet> change) {
        Packet p = flow.copy();
        change.accept(p);
        boolean whole = p.ipv6 || (p.fragment & 0x3fff) == 0;
        p.noChecksum |= !whole || p.protocol != Packet.TCP && p.protocol != Packet.UDP;
        return p.build();
    }
}
