package dev.taltun.dataplane;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rules of checksums and segmentation (RFC 1071, 768, 9293, and what Linux does with GSO), in
 * the slowest and plainest way, over byte arrays.
 */
final class Model {
    static final int NONE = 0;
    static final int TCPV4 = 1;
    static final int TCPV6 = 4;
    static final int UDP_L4 = 5;

    private Model() {}

    static int get16(byte[] b, int at) {
        return (b[at] & 0xff) << 8 | b[at + 1] & 0xff;
    }

    static int get32(byte[] b, int at) {
        return get16(b, at) << 16 | get16(b, at + 2);
    }

    static void put16(byte[] b, int at, int value) {
        b[at] = (byte) (value >> 8);
        b[at + 1] = (byte) value;
    }

    static void put32(byte[] b, int at, int value) {
        put16(b, at, value >>> 16);
        put16(b, at + 2, value);
    }

    static boolean isIpv6(byte[] packet) {
        return packet[0] >> 4 == 6;
    }

    /** The ones' complement sum, folded, over bytes taken as big-endian 16-bit words. */
    static int sum(byte[] b, int from, int to, int initial) {
        int sum = initial;
        for (int i = from; i < to; i += 2) {
            sum += (b[i] & 0xff) << 8 | (i + 1 < to ? b[i + 1] & 0xff : 0);
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (sum & 0xffff) + (sum >> 16);
    }

    static int pseudo(byte[] packet, int transport, int protocol) {
        int length = packet.length - transport;
        int numbers = sum(new byte[] {0, (byte) protocol}, 0, 2, length & 0xffff);
        numbers = sum(new byte[] {0, (byte) (length >> 16)}, 0, 2, numbers);
        return isIpv6(packet) ? sum(packet, 8, 40, numbers) : sum(packet, 12, 20, numbers);
    }

    static void completeIp(byte[] packet) {
        if (!isIpv6(packet)) {
            put16(packet, 10, 0);
            put16(packet, 10, ~sum(packet, 0, (packet[0] & 15) * 4, 0));
        }
    }

    static int checksumField(int transport, int protocol) {
        return transport + (protocol == Packet.TCP ? 16 : 6);
    }

    static void completeTransport(byte[] packet, int transport, int protocol) {
        int field = checksumField(transport, protocol);
        put16(packet, field, 0);
        int pseudo = pseudo(packet, transport, protocol);
        int checksum = ~sum(packet, transport, packet.length, pseudo) & 0xffff;
        put16(packet, field, checksum == 0 ? 0xffff : checksum);
    }

    /** Whether the IPv4 header's checksum is right, if there is one. */
    static boolean ipValid(byte[] packet) {
        return isIpv6(packet) || sum(packet, 0, (packet[0] & 15) * 4, 0) == 0xffff;
    }

    static boolean transportValid(byte[] packet, int transport, int protocol) {
        int pseudo = pseudo(packet, transport, protocol);
        return sum(packet, transport, packet.length, pseudo) == 0xffff;
    }

    /** Cuts a super-packet as the kernel would. */
    static List<byte[]> segments(byte[] packet, int gsoType, int size, int transport) {
        boolean tcp = gsoType != UDP_L4;
        int headers = transport + (tcp ? (packet[transport + 12] >> 4 & 15) * 4 : 8);
        int protocol = tcp ? Packet.TCP : Packet.UDP;
        List<byte[]> result = new ArrayList<>();
        for (int at = headers; at < packet.length; at += size) {
            int end = Math.min(packet.length, at + size);
            byte[] segment = Arrays.copyOf(packet, headers + end - at);
            System.arraycopy(packet, at, segment, headers, end - at);
            if (isIpv6(packet)) {
                put16(segment, 4, segment.length - 40);
            } else {
                put16(segment, 2, segment.length);
                put16(segment, 4, get16(packet, 4) + result.size());
                completeIp(segment);
            }
            if (tcp) {
                put32(segment, transport + 4, get32(packet, transport + 4) + at - headers);
                int flags = packet[transport + 13] & 0xff;
                if (at > headers) {
                    flags &= ~Packet.CWR;
                }
                if (end < packet.length) {
                    flags &= ~(Packet.PSH | Packet.FIN);
                }
                segment[transport + 13] = (byte) flags;
            } else {
                put16(segment, transport + 4, segment.length - transport);
            }
            completeTransport(segment, transport, protocol);
            result.add(segment);
        }
        return result;
    }
}
