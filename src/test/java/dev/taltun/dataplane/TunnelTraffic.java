package dev.taltun.dataplane;

import dev.taltun.io.tun.VirtioNetHeader;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Random traffic as a kernel hands it to a TUN device, and what the other end of the tunnel is to
 * bring out: flows that mostly behave, super-packets, checksums left to the device, and everything
 * that is no TCP or UDP or no proper packet at all.
 */
final class TunnelTraffic {
    /** Of IPv4 and IPv6: hop-by-hop, IPv6, routing, fragment, GRE, ESP, AH, none, SCTP, unknown. */
    private static final int[] PROTOCOLS = {0, 41, 43, 44, 47, 50, 51, 59, 132, 253};

    private static final byte[] PLAIN = new byte[VirtioNetHeader.BYTES];

    private final RandomPackets random;
    private final RandomTraffic flows;
    private final Consumer<Packet> hosts;
    private final int mtu;

    /** What goes into the device, and the packets that come out at the other end. */
    record Step(byte[] header, byte[] packet, List<byte[]> expected) {
        static Step whole(byte[] packet) {
            return new Step(PLAIN, packet, List.of(packet));
        }

        static Step lost(byte[] packet) {
            return new Step(PLAIN, packet, List.of());
        }
    }

    /**
     * @param hosts gives a packet its addresses
     */
    TunnelTraffic(Random random, int mtu, Consumer<Packet> hosts) {
        this.random = new RandomPackets(random);
        flows = new RandomTraffic(random, hosts);
        this.hosts = hosts;
        this.mtu = mtu;
    }

    Step next() {
        while (true) {
            Step step =
                    switch (random.below(8)) {
                        case 0, 1, 2 -> Step.whole(flows.next());
                        case 3, 4 -> superPacket();
                        case 5 -> unfinished();
                        case 6 -> other();
                        default -> random.oneIn(4) ? broken() : Step.whole(flows.next());
                    };
            if (step.expected.stream().allMatch(packet -> packet.length <= mtu)) {
                return step;
            }
        }
    }

    private Packet packet() {
        Packet p = random.any();
        hosts.accept(p);
        return p;
    }

    private Step superPacket() {
        Packet p = packet();
        p.flags |= random.oneIn(3) ? Packet.PSH | random.below(2) : 0;
        p.flags |= random.oneIn(8) ? Packet.CWR : 0;
        int most = mtu - p.headers();
        int size = random.oneIn(4) ? 1 + random.below(most) : most;
        p.payload = random.bytes(size + 1 + random.below(Math.min(60_000 - size, size * 60)));
        FakeTun.Read read = FakeTun.superPacket(p, size);
        int type = read.header()[VirtioNetHeader.GSO_TYPE_OFFSET];
        return new Step(
                read.header(), read.packet(), Model.segments(p.build(), type, size, p.transport()));
    }

    /** The checksum is left to the device; now and then there are options or extensions. */
    private Step unfinished() {
        Packet p = packet();
        if (random.oneIn(3)) {
            random.addIpOptions(p);
        }
        p.payload = random.bytes(random.below(mtu - p.headers() + 1));
        final byte[] complete = p.build();
        byte[] packet = complete.clone();
        int field = Model.checksumField(p.transport(), p.protocol);
        Model.put16(packet, field, Model.pseudo(packet, p.transport(), p.protocol));
        byte[] header = FakeTun.header(Model.NONE, 0, 0, p.transport(), field);
        return new Step(header, packet, List.of(complete));
    }

    /** No TCP or UDP, or an incomplete one. */
    private Step other() {
        Packet p = packet();
        switch (random.below(4)) {
            case 0 -> fragment(p);
            case 1 -> p.flags = random.below(256);
            case 2 -> {
                p.protocol = Packet.UDP;
                p.tcpOptions = new byte[0];
                p.noChecksum = true;
            }
            default -> {
                p.protocol = PROTOCOLS[random.below(PROTOCOLS.length)];
                p.tcpOptions = new byte[0];
                p.noChecksum = true;
            }
        }
        if (random.oneIn(4)) {
            random.addIpOptions(p);
        }
        int most = mtu - p.headers();
        p.payload = random.bytes(random.oneIn(3) ? most - random.below(17) : random.below(most));
        byte[] packet = p.build();
        if (p.protocol != Packet.TCP && p.protocol != Packet.UDP && random.oneIn(3)) {
            // What the IP header does not count is left behind, as padding is.
            byte[] longer = Arrays.copyOf(packet, Math.min(mtu, packet.length + random.below(40)));
            return new Step(PLAIN, longer, List.of(packet));
        }
        return Step.whole(packet);
    }

    private void fragment(Packet p) {
        p.noChecksum = true;
        if (p.ipv6) {
            // The fragment header is one more extension: next, reserved, offset and M, id.
            p.extension = random.bytes(8);
            p.extension[0] = (byte) p.protocol;
            p.extensionNumber = 44;
        } else {
            p.fragment = random.below(2) * Packet.MF | 1 + random.below(0x1fff);
        }
    }

    /**
     * Nobody who gets this can make sense of it, so it is lost; nothing else is. What lacks less
     * than 16 bytes would come out with the tunnel's padding instead.
     */
    private Step broken() {
        Packet p = packet();
        p.payload = random.bytes(16 + random.below(100));
        byte[] packet = p.build();
        int length = p.ipv6 ? 40 : 20;
        switch (random.below(4)) {
            case 0 -> packet[0] = (byte) (random.oneIn(2) ? packet[0] & 15 : packet[0] | 0xf0);
            case 1 -> packet = Arrays.copyOf(packet, 1 + random.below(length - 1));
            case 2 -> Model.put16(packet, p.ipv6 ? 4 : 2, packet.length + 16 + random.below(99));
            default -> {
                if (p.ipv6) {
                    packet = Arrays.copyOf(packet, packet.length - 16);
                } else {
                    Model.put16(packet, 2, random.below(length));
                }
            }
        }
        return Step.lost(packet);
    }
}
