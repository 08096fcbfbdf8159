package dev.taltun.dataplane;

import java.nio.ByteBuffer;

/**
 * What an IP packet of a test is made of: set the fields, then {@link #build()}. Written without
 * any code of the packet path, so that each checks the other.
 */
final class Packet implements Cloneable {
    static final int TCP = 6;
    static final int UDP = 17;
    static final int FIN = 1;
    static final int SYN = 2;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int URG = 32;
    static final int ECE = 64;
    static final int CWR = 128;
    static final int DF = 0x4000;
    static final int MF = 0x2000;

    boolean ipv6;
    int tos;
    int flowLabel;
    int id;
    int fragment = DF;
    int ttl = 64;
    byte[] ipOptions = {};

    /** IPv6 extension headers in front of the transport header. */
    byte[] extension = {};

    /** Number of the first extension header. */
    int extensionNumber;

    int protocol = TCP;

    /** The upper half of IPv6 addresses; of IPv4 ones it is 10. */
    long network6 = 0xfd00_0000_0000_0000L;

    int source = 1;
    int destination = 2;
    int sourcePort = 40000;
    int destinationPort = 80;
    int sequence;
    int acknowledgment;
    int flags = ACK;

    /** The lower half of the byte that holds the data offset. */
    int reserved;

    int window = 500;
    int urgent;
    byte[] tcpOptions = {};
    byte[] payload = {};
    boolean noChecksum;

    /** Added to the length field of UDP. */
    int udpLengthError;

    static Packet tcp4() {
        return new Packet();
    }

    static Packet udp4() {
        Packet packet = new Packet();
        packet.protocol = UDP;
        return packet;
    }

    static Packet of(boolean ipv6, int protocol) {
        Packet packet = new Packet();
        packet.ipv6 = ipv6;
        packet.protocol = protocol;
        return packet;
    }

    Packet copy() {
        try {
            return (Packet) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    Packet payload(int length, int fill) {
        payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (fill + i * 31);
        }
        return this;
    }

    /** Length of all headers in front of the payload. */
    int headers() {
        return transport() + (protocol == TCP ? 20 + tcpOptions.length : 8);
    }

    /** Offset of the transport header. */
    int transport() {
        return ipv6 ? 40 + extension.length : 20 + ipOptions.length;
    }

    /** The packet's bytes, checksums complete. */
    byte[] build() {
        ByteBuffer b = ByteBuffer.allocate(headers() + payload.length);
        if (ipv6) {
            b.putInt(6 << 28 | tos << 20 | flowLabel);
            b.putShort((short) (b.capacity() - 40));
            b.put((byte) (extension.length > 0 ? extensionNumber : protocol));
            b.put((byte) ttl);
            b.putLong(network6).putLong(source);
            b.putLong(network6).putLong(destination);
            b.put(extension);
        } else {
            b.put((byte) (0x40 | (20 + ipOptions.length) / 4)).put((byte) tos);
            b.putShort((short) b.capacity()).putShort((short) id).putShort((short) fragment);
            b.put((byte) ttl).put((byte) protocol).putShort((short) 0);
            b.putInt(0x0a000000 | source).putInt(0x0a000000 | destination).put(ipOptions);
        }
        b.putShort((short) sourcePort).putShort((short) destinationPort);
        if (protocol == TCP) {
            b.putInt(sequence).putInt(acknowledgment);
            b.put((byte) ((20 + tcpOptions.length) / 4 << 4 | reserved)).put((byte) flags);
            b.putShort((short) window).putShort((short) 0).putShort((short) urgent);
            b.put(tcpOptions);
        } else {
            b.putShort((short) (8 + payload.length + udpLengthError)).putShort((short) 0);
        }
        b.put(payload);
        byte[] bytes = b.array();
        Model.completeIp(bytes);
        if (!noChecksum) {
            Model.completeTransport(bytes, transport(), protocol);
        }
        return bytes;
    }
}
