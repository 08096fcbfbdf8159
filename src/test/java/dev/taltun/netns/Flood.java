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
import dev.taltun.memory.Layouts;
import dev.taltun.noise.Handshake;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.noise.Tai64n;
import dev.taltun.protocol.HandshakeInitiation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that floods one UDP port with initiations from forged IPv4 addresses, by a raw socket:
 *
 * <pre>
 *   ip netns exec ATTACKER java ... dev.taltun.netns.Flood KIND TARGET PORT PER_SECOND SECONDS KEY
 *
 *   0           20        28
 *   +-----------+---------+------------------------------+
 *   | IPv4, from| UDP     | initiation, 148 bytes        |
 *   | 10.66.x.y |         |                              |
 *   +-----------+---------+------------------------------+
 * </pre>
 *
 * <p>KIND: {@code marked} has a valid mac1, as from somebody who knows the target's public key;
 * {@code unmarked} has not; {@code single} is marked, and all of it from one address and port. All
 * are of an initiator that nobody knows.
 */
public final class Flood {
    /** Messages of one system call; each has an address of its own. */
    private static final int BATCH = 64;

    private static final int IP_BYTES = 20;
    private static final int UDP_BYTES = 8;
    private static final int PACKET_BYTES = IP_BYTES + UDP_BYTES + HandshakeInitiation.BYTES;
    private static final int FORGED_NETWORK = 10 << 24 | 66 << 16;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private Flood() {}

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
    public static void main(String[] args) {
        boolean marked = !args[0].equals("unmarked");
        boolean single = args[0].equals("single");
        int target = address(args[1]);
        int port = Integer.parseInt(args[2]);
        int perSecond = Integer.parseInt(args[3]);
        long nanos = Integer.parseInt(args[4]) * SECOND_NANOS;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment packets = arena.allocate((long) BATCH * PACKET_BYTES, 16);
            for (int i = 0; i < BATCH; i++) {
                MemorySegment packet = packets.asSlice((long) i * PACKET_BYTES, PACKET_BYTES);
                fill(packet, target, port, PublicKey.parse(args[5]), marked);
            }
            System.out.println("flooding");
            System.out.println("sent " + send(arena, packets, target, single, perSecond, nanos));
        }
    }

    private static int address(String text) {
        int address = 0;
        for (String part : text.split("\\.")) {
            address = address << 8 | Integer.parseInt(part);
        }
        return address;
    }

    /** The kernel fills in length, identification and checksum of the IP header. */
    private static void fill(
            MemorySegment packet, int target, int port, PublicKey victim, boolean marked) {
        packet.set(Layouts.BYTE, 0, (byte) 0x45);
        packet.set(Layouts.BYTE, 8, (byte) 64);
        packet.set(Layouts.BYTE, 9, (byte) Linux.IPPROTO_UDP());
        packet.set(Layouts.BE_INT, 16, target);
        packet.set(Layouts.BE_SHORT, IP_BYTES + 2, (short) port);
        packet.set(Layouts.BE_SHORT, IP_BYTES + 4, (short) (UDP_BYTES + HandshakeInitiation.BYTES));
        long at = IP_BYTES + UDP_BYTES;
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

    private static long send(
            Arena arena,
            MemorySegment packets,
            int target,
            boolean single,
            int perSecond,
            long nanos) {
        Libc libc = Libc.open();
        int fd = libc.socket(Linux.AF_INET(), Linux.SOCK_RAW(), RAW);
        if (fd < 0) {
            throw new IllegalStateException("no raw socket: " + fd);
        }
        MemorySegment headers = headers(arena, packets, target);
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
                long packet = (long) i * PACKET_BYTES;
                forged += single ? 0 : 1;
                int source = FORGED_NETWORK | (int) (forged * 40_503 & 0xffff);
                packets.set(Layouts.BE_INT, packet + 12, source);
                packets.set(Layouts.BE_SHORT, packet + IP_BYTES, (short) (1024 + forged % 60_000));
            }
            int done = libc.sendmmsg(fd, headers.address(), BATCH, 0);
            // What a full queue refuses counts as sent: the pace is what matters.
            sent += done > 0 ? done : BATCH;
        }
    }

    private static MemorySegment headers(Arena arena, MemorySegment packets, int target) {
        MemorySegment name = arena.allocate(sockaddr_in.layout());
        sockaddr_in.sin_family(name, (short) Linux.AF_INET());
        name.asSlice(4, 4).asByteBuffer().order(ByteOrder.BIG_ENDIAN).putInt(target);
        MemorySegment vectors = arena.allocate(iovec.layout(), BATCH);
        MemorySegment headers = arena.allocate(mmsghdr.layout(), BATCH);
        for (int i = 0; i < BATCH; i++) {
            MemorySegment vector = iovec.asSlice(vectors, i);
            iovec.iov_base(vector, packets.asSlice((long) i * PACKET_BYTES));
            iovec.iov_len(vector, PACKET_BYTES);
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
