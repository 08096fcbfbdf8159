package dev.taltun.netns;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.Entropy;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.iovec;
import dev.taltun.ffi.linux.mmsghdr;
import dev.taltun.ffi.linux.msghdr;
import dev.taltun.ffi.linux.sockaddr_in;
import dev.taltun.ffi.linux.sockaddr_in6;
import dev.taltun.memory.Layouts;
import dev.taltun.noise.Handshake;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.noise.Tai64n;
import dev.taltun.protocol.HandshakeInitiation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that floods one UDP port with initiations from forged addresses, by a raw socket:
 *
 * <pre>
 *   ip netns exec ATTACKER java ... dev.taltun.netns.Flood KIND TARGET PORT PER_SECOND SECONDS KEY
 *
 *   0                20 or 40  28 or 48
 *   +----------------+---------+------------------------------+
 *   | 10.66.x.y, or  | UDP     | initiation, 148 bytes        |
 *   | fd66:0:0:xy::1 |         |                              |
 *   +----------------+---------+------------------------------+
 * </pre>
 *
 * <p>KIND: {@code marked} has a valid mac1, as from somebody who knows the target's public key;
 * {@code unmarked} has not; {@code single} is marked, and all of it from one host: one IPv4 address
 * and port, or all addresses and ports of one IPv6 /64. All are of an initiator that nobody knows.
 */
public final class Flood {
    /** Messages of one system call; each has an address of its own. */
    private static final int BATCH = 64;

    private static final int UDP_BYTES = 8;
    private static final int DATAGRAM_BYTES = UDP_BYTES + HandshakeInitiation.BYTES;
    private static final int FORGED_NETWORK = 10 << 24 | 66 << 16;
    private static final int FORGED_NETWORK6 = 0xfd66;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final byte[] target;
    private final int port;
    private final boolean single;
    private final int ipBytes;
    private final int packetBytes;
    private final MemorySegment packets;

    /** Of a datagram's checksum that which is the same for every source. */
    private int commonSum;

    private Flood(Arena arena, byte[] target, int port, boolean single) {
        this.target = target;
        this.port = port;
        this.single = single;
        ipBytes = isIpv6() ? 40 : 20;
        packetBytes = ipBytes + DATAGRAM_BYTES;
        packets = arena.allocate((long) BATCH * packetBytes, 16);
    }

    private boolean isIpv6() {
        return target.length == 16;
    }

    /** Starts it; it prints {@code sent N} at its end. */
    static Background start(
            Namespace from,
            String kind,
            String target,
            int port,
            int perSecond,
            int seconds,
            Keys of) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(Flood.class.getName(), kind, target, Integer.toString(port)));
        command.addAll(List.of(Integer.toString(perSecond), Integer.toString(seconds)));
        command.add(of.publicKey());
        return from.start(command);
    }

    /** See the class. */
    public static void main(String[] args) throws UnknownHostException {
        byte[] target = InetAddress.getByName(args[1]).getAddress();
        int perSecond = Integer.parseInt(args[3]);
        long nanos = Integer.parseInt(args[4]) * SECOND_NANOS;
        try (Arena arena = Arena.ofConfined()) {
            Flood flood =
                    new Flood(arena, target, Integer.parseInt(args[2]), args[0].equals("single"));
            flood.fill(PublicKey.parse(args[5]), !args[0].equals("unmarked"));
            System.out.println("flooding");
            System.out.println("sent " + flood.send(arena, perSecond, nanos));
        }
    }

    /** All packets are the same but for their sources. */
    private void fill(PublicKey victim, boolean marked) {
        MemorySegment packet = packets.asSlice(0, packetBytes);
        if (isIpv6()) {
            packet.set(Layouts.BYTE, 0, (byte) 0x60);
            packet.set(Layouts.BE_SHORT, 4, (short) DATAGRAM_BYTES);
            packet.set(Layouts.BYTE, 6, (byte) Linux.IPPROTO_UDP());
            packet.set(Layouts.BYTE, 7, (byte) 64);
        } else {
            // The kernel fills in length, identification and checksum of this header.
            packet.set(Layouts.BYTE, 0, (byte) 0x45);
            packet.set(Layouts.BYTE, 8, (byte) 64);
            packet.set(Layouts.BYTE, 9, (byte) Linux.IPPROTO_UDP());
        }
        MemorySegment.copy(target, 0, packet, Layouts.BYTE, ipBytes - target.length, target.length);
        packet.set(Layouts.BE_SHORT, ipBytes + 2, (short) port);
        packet.set(Layouts.BE_SHORT, ipBytes + 4, (short) DATAGRAM_BYTES);
        putInitiation(packet, ipBytes + UDP_BYTES, victim, marked);
        commonSum = DATAGRAM_BYTES + Linux.IPPROTO_UDP();
        for (long at = ipBytes - target.length; at < packetBytes; at += 2) {
            commonSum += packet.get(Layouts.BE_SHORT, at) & 0xffff;
        }
        for (int i = 1; i < BATCH; i++) {
            packets.asSlice((long) i * packetBytes, packetBytes).copyFrom(packet);
        }
    }

    private static void putInitiation(
            MemorySegment packet, long at, PublicKey victim, boolean marked) {
        try (SecretKey stranger = SecretKey.generate();
                StaticIdentity identity = new StaticIdentity(stranger);
                Handshake handshake =
                        new Handshake(
                                identity,
                                victim,
                                null,
                                (suite, key) -> {
                                    throw new AssertionError("nobody answers this");
                                },
                                Entropy::fill)) {
            handshake.createInitiation(
                    CipherSuite.CHACHA20_POLY1305, 1, Tai64n.of(1, 0), 0, packet, at);
        }
        if (!marked) {
            long mac1 = at + HandshakeInitiation.MAC1_OFFSET;
            packet.set(Layouts.BYTE, mac1, (byte) (packet.get(Layouts.BYTE, mac1) ^ 1));
        }
    }

    private long send(Arena arena, int perSecond, long nanos) {
        Libc libc = Libc.open();
        int family = isIpv6() ? Linux.AF_INET6() : Linux.AF_INET();
        int fd = libc.socket(family, Linux.SOCK_RAW(), RAW);
        if (fd < 0) {
            throw new IllegalStateException("no raw socket: " + fd);
        }
        MemorySegment headers = headers(arena);
        long start = System.nanoTime();
        long sent = 0;
        long forged = 0;
        while (true) {
            long elapsed = System.nanoTime() - start;
            if (elapsed >= nanos) {
                return sent;
            }
            if (sent * SECOND_NANOS / perSecond > elapsed) {
                LockSupport.parkNanos(200_000);
                continue;
            }
            for (int i = 0; i < BATCH; i++) {
                forge((long) i * packetBytes, ++forged);
            }
            int done = libc.sendmmsg(fd, headers.address(), BATCH, 0);
            // What a full queue refuses counts as sent: the pace is what matters.
            sent += done > 0 ? done : BATCH;
        }
    }

    /** Gives a packet the source of this number. */
    private void forge(long packet, long number) {
        int place = (int) (number * 40_503 & 0xffff);
        int from = (int) (1024 + number % 60_000);
        if (isIpv6()) {
            int network = single ? 0 : place;
            int host = single ? place : 1;
            packets.set(Layouts.BE_SHORT, packet + 8, (short) FORGED_NETWORK6);
            packets.set(Layouts.BE_SHORT, packet + 14, (short) network);
            packets.set(Layouts.BE_SHORT, packet + 22, (short) host);
            packets.set(Layouts.BE_SHORT, packet + ipBytes, (short) from);
            int sum = commonSum + FORGED_NETWORK6 + network + host + from;
            sum = (sum & 0xffff) + (sum >>> 16);
            sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
            packets.set(Layouts.BE_SHORT, packet + ipBytes + 6, (short) (sum == 0 ? 0xffff : sum));
        } else {
            packets.set(Layouts.BE_INT, packet + 12, FORGED_NETWORK | (single ? 0 : place));
            packets.set(Layouts.BE_SHORT, packet + ipBytes, (short) (single ? 1024 : from));
        }
    }

    private MemorySegment headers(Arena arena) {
        MemorySegment name =
                arena.allocate(isIpv6() ? sockaddr_in6.layout() : sockaddr_in.layout());
        // The family is the first field of both, and a raw socket has no port.
        name.set(Layouts.NATIVE_SHORT, 0, (short) (isIpv6() ? Linux.AF_INET6() : Linux.AF_INET()));
        MemorySegment.copy(target, 0, name, Layouts.BYTE, isIpv6() ? 8 : 4, target.length);
        MemorySegment vectors = arena.allocate(iovec.layout(), BATCH);
        MemorySegment headers = arena.allocate(mmsghdr.layout(), BATCH);
        for (int i = 0; i < BATCH; i++) {
            MemorySegment vector = iovec.asSlice(vectors, i);
            iovec.iov_base(vector, packets.asSlice((long) i * packetBytes));
            iovec.iov_len(vector, packetBytes);
            MemorySegment header = mmsghdr.msg_hdr(mmsghdr.asSlice(headers, i));
            msghdr.msg_name(header, name);
            msghdr.msg_namelen(header, (int) name.byteSize());
            msghdr.msg_iov(header, vector);
            msghdr.msg_iovlen(header, 1);
        }
        return headers;
    }

    /** IPPROTO_RAW: the packet brings its own IP header. */
    private static final int RAW = 255;
}
