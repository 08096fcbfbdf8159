package dev.taltun.simulation;

import java.nio.ByteBuffer;

/**
 * UDP over IPv4 or IPv6 as hosts send it through the tunnel, built and read independently of the
 * engine's own code.
 *
 * @param source last byte of the source address, which is the node's number
 * @param destination last byte of the destination address
 * @param payload of the UDP packet
 */
record InnerPacket(boolean ipv6, int source, int destination, byte[] payload) {
    static final int IPV4_HEADER = 20;
    static final int IPV6_HEADER = 40;
    static final int UDP_HEADER = 8;
    private static final int UDP = 17;
    private static final int IPV4_NETWORK = 0x0a090000;
    private static final long IPV6_HIGH = 0xfd09_0000_0000_0000L;
    private static final int PORT = 7000;

    /** The inner IPv4 address of a node. */
    static int ipv4(int number) {
        return IPV4_NETWORK | number;
    }

    static long ipv6High() {
        return IPV6_HIGH;
    }

    /** The lower half of the inner IPv6 address of a node. */
    static long ipv6Low(int number) {
        return number;
    }

    int headers() {
        return (ipv6 ? IPV6_HEADER : IPV4_HEADER) + UDP_HEADER;
    }

    /** The packet on the wire, with correct checksums. */
    byte[] bytes() {
        byte[] packet = new byte[headers() + payload.length];
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        int udpBytes = UDP_HEADER + payload.length;
        if (ipv6) {
            buffer.putInt(0x60000000).putShort((short) udpBytes).put((byte) UDP).put((byte) 64);
            buffer.putLong(IPV6_HIGH).putLong(ipv6Low(source));
            buffer.putLong(IPV6_HIGH).putLong(ipv6Low(destination));
        } else {
            buffer.putShort((short) 0x4500).putShort((short) packet.length);
            buffer.putShort((short) 0).putShort((short) 0x4000);
            buffer.put((byte) 64).put((byte) UDP).putShort((short) 0);
            buffer.putInt(ipv4(source)).putInt(ipv4(destination));
            buffer.putShort(10, (short) ~sum(packet, 0, IPV4_HEADER, 0));
        }
        int udp = buffer.position();
        buffer.putShort((short) (PORT + source)).putShort((short) (PORT + destination));
        buffer.putShort((short) udpBytes).putShort((short) 0).put(payload);
        int checksum = ~transportSum(packet, ipv6, udp, udpBytes) & 0xffff;
        buffer.putShort(udp + 6, (short) (checksum == 0 ? 0xffff : checksum));
        return packet;
    }

    /**
     * Reads a packet.
     *
     * @param checkUdp whether the UDP checksum must be right
     * @throws AssertionError if anything about it is not as a host expects
     */
    static InnerPacket parse(byte[] packet, boolean checkUdp) {
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        boolean ipv6 = (packet[0] & 0xf0) == 0x60;
        int udp = ipv6 ? IPV6_HEADER : IPV4_HEADER;
        int source;
        int destination;
        if (ipv6) {
            check(buffer.getShort(4) == packet.length - IPV6_HEADER, "IPv6 payload length");
            check(buffer.getLong(8) == IPV6_HIGH, "IPv6 source");
            check(buffer.getLong(24) == IPV6_HIGH, "IPv6 destination");
            source = (int) buffer.getLong(16);
            destination = (int) buffer.getLong(32);
        } else {
            check(packet[0] == 0x45, "IPv4 version and header length");
            check((buffer.getShort(2) & 0xffff) == packet.length, "IPv4 total length");
            check(sum(packet, 0, IPV4_HEADER, 0) == 0xffff, "IPv4 header checksum");
            source = buffer.getInt(12) ^ IPV4_NETWORK;
            destination = buffer.getInt(16) ^ IPV4_NETWORK;
        }
        int udpBytes = packet.length - udp;
        check((buffer.getShort(udp + 4) & 0xffff) == udpBytes, "UDP length");
        check((buffer.getShort(udp) & 0xffff) == PORT + source, "UDP source port");
        check((buffer.getShort(udp + 2) & 0xffff) == PORT + destination, "UDP destination port");
        if (checkUdp) {
            check(transportSum(packet, ipv6, udp, udpBytes) == 0xffff, "UDP checksum");
        }
        byte[] payload = new byte[udpBytes - UDP_HEADER];
        buffer.get(udp + UDP_HEADER, payload);
        return new InnerPacket(ipv6, source, destination, payload);
    }

    /** Sum over pseudo-header and UDP packet. */
    private static int transportSum(byte[] packet, boolean ipv6, int udp, int udpBytes) {
        return sum(packet, udp, udpBytes, pseudoSum(packet, ipv6, udpBytes));
    }

    /** Folded sum of the pseudo-header. */
    static int pseudoSum(byte[] packet, boolean ipv6, int udpBytes) {
        int addresses = ipv6 ? sum(packet, 8, 32, 0) : sum(packet, 12, 8, 0);
        return fold(addresses + UDP + udpBytes);
    }

    private static int sum(byte[] bytes, int from, int length, int initial) {
        int sum = initial;
        for (int i = 0; i < length; i++) {
            int octet = bytes[from + i] & 0xff;
            sum += (i & 1) == 0 ? octet << 8 : octet;
        }
        return fold(sum);
    }

    private static int fold(int sum) {
        int folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return folded;
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("a packet came out of the tunnel with a wrong " + what);
        }
    }
}
