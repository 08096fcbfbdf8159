package dev.taltun.dataplane;

import java.util.Random;

/** Random but valid headers, in all the variety that the packet path must keep. */
final class RandomPackets {
    private static final byte[] TIMESTAMPS = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
    private static final byte[] SACK = {1, 1, 5, 10, 0, 0, 1, 0, 0, 0, 2, 0};

    /** Hop-by-hop, then destination options, 8 bytes each. */
    private static final int HOP_BY_HOP = 0;

    private final Random random;

    RandomPackets(Random random) {
        this.random = random;
    }

    int below(int n) {
        return random.nextInt(n);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A packet of either family and protocol, with options now and then, without payload. */
    Packet any() {
        Packet p = Packet.of(random.nextBoolean(), oneIn(3) ? Packet.UDP : Packet.TCP);
        p.tos = random.nextInt(256);
        p.ttl = 1 + random.nextInt(255);
        p.flowLabel = random.nextInt(1 << 20);
        p.id = oneIn(4) ? 0xfffd + random.nextInt(3) : random.nextInt(0x10000);
        p.fragment = random.nextBoolean() ? Packet.DF : 0;
        p.source = 1 + random.nextInt(200);
        p.destination = 1 + random.nextInt(200);
        p.sourcePort = 1 + random.nextInt(0xffff);
        p.destinationPort = 1 + random.nextInt(0xffff);
        p.sequence = oneIn(4) ? -random.nextInt(5000) : random.nextInt();
        p.acknowledgment = random.nextInt();
        p.window = random.nextInt(0x10000);
        if (p.protocol == Packet.TCP) {
            p.tcpOptions = tcpOptions();
        }
        return p;
    }

    byte[] tcpOptions() {
        return switch (random.nextInt(4)) {
            case 0 -> TIMESTAMPS;
            case 1 -> SACK;
            case 2 -> bytes(4 * random.nextInt(11));
            default -> new byte[0];
        };
    }

    /** Options of the IP header, or an extension header. */
    void addIpOptions(Packet p) {
        if (p.ipv6) {
            p.extension = new byte[8 * (1 + random.nextInt(3))];
            p.extension[0] = (byte) p.protocol;
            p.extension[1] = (byte) (p.extension.length / 8 - 1);
            p.extension[2] = 1;
            p.extension[3] = (byte) (p.extension.length - 4);
            p.extensionNumber = HOP_BY_HOP;
        } else {
            p.ipOptions = new byte[4 * (1 + random.nextInt(10))];
            java.util.Arrays.fill(p.ipOptions, (byte) 1);
        }
    }
}
