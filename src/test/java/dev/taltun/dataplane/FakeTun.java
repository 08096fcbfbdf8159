package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.ThreadSignal;
import dev.taltun.io.tun.TunReader;
import dev.taltun.io.tun.TunWriter;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * A TUN device in memory. Gives packets to read, with offload headers as the kernel writes them;
 * takes what is written as strictly as the kernel, and cuts super-packets by the {@link Model}.
 */
final class FakeTun implements TunReader, TunWriter {
    /** What is written: one packet, or a super-packet. */
    record Written(int flags, int gsoType, int gsoSize, byte[] packet) {
        boolean isSuperPacket() {
            return gsoType != Model.NONE;
        }
    }

    /** What is read: an offload header and a packet or super-packet. */
    record Read(byte[] header, byte[] packet) {}

    /** Packets that were written, super-packets cut. */
    final List<byte[]> packets = new ArrayList<>();

    int superPackets;
    int largest;

    /** Which writes fail, and with what error number. */
    Predicate<Written> refuse = written -> false;

    int errno = Errno.EINVAL;

    /** Whether it is a device without an offload header. */
    boolean headerless;

    /** What happens while a reader sleeps. */
    Runnable asleep = () -> {};

    /** Calls that read, with a packet or without. */
    int reads;

    private final Deque<byte[]> waiting = new ArrayDeque<>();

    /** Lets the next read give a complete packet. */
    void offer(byte[] packet) {
        offerRaw(new byte[VirtioNetHeader.BYTES], packet);
    }

    /** Lets the next read give a packet behind any offload header. */
    void offerRaw(byte[] header, byte[] packet) {
        byte[] both = new byte[header.length + packet.length];
        System.arraycopy(header, 0, both, 0, header.length);
        System.arraycopy(packet, 0, both, header.length, packet.length);
        waiting.add(both);
    }

    /** Lets the next read give a super-packet, which the packet describes but for its size. */
    void offerSuper(Packet p, int gsoSize) {
        Read read = superPacket(p, gsoSize);
        offerRaw(read.header, read.packet);
    }

    /** What a device gives that holds a super-packet. */
    static Read superPacket(Packet p, int gsoSize) {
        byte[] packet = p.build();
        int field = Model.checksumField(p.transport(), p.protocol);
        Model.put16(packet, field, Model.pseudo(packet, p.transport(), p.protocol));
        int type = p.ipv6 ? Model.TCPV6 : Model.TCPV4;
        type = p.protocol == Packet.UDP ? Model.UDP_L4 : type;
        return new Read(header(type, p.headers(), gsoSize, p.transport(), field), packet);
    }

    static byte[] header(int type, int headers, int size, int transport, int field) {
        MemorySegment header = Arena.ofAuto().allocate(VirtioNetHeader.BYTES);
        int flags = VirtioNetHeader.NEEDS_CSUM;
        VirtioNetHeader.set(header, 0, flags, type, headers, size, transport, field - transport);
        return header.toArray(Layouts.BYTE);
    }

    int toRead() {
        return waiting.size();
    }

    @Override
    public int read(MemorySegment buffer, long offset, int length) {
        reads++;
        byte[] next = waiting.poll();
        if (next == null) {
            return -Errno.EAGAIN;
        }
        int bytes = Math.min(length, next.length);
        MemorySegment.copy(next, 0, buffer, Layouts.BYTE, offset, bytes);
        return bytes;
    }

    @Override
    public boolean canAwait() {
        return ThreadSignal.isSupported();
    }

    @Override
    public int await(MemorySegment buffer, long offset, int length) {
        asleep.run();
        return read(buffer, offset, length);
    }

    @Override
    public boolean completesChecksums() {
        return !headerless;
    }

    @Override
    public int write(MemorySegment memory, long offset, int length) {
        MemorySegment all = memory.asSlice(offset, length);
        byte[] packet = all.asSlice(VirtioNetHeader.BYTES).toArray(Layouts.BYTE);
        int flags = VirtioNetHeader.flags(all, 0);
        int type = VirtioNetHeader.gsoType(all, 0);
        Written written = new Written(flags, type, VirtioNetHeader.gsoSize(all, 0), packet);
        if (refuse.test(written)) {
            return -errno;
        }
        largest = Math.max(largest, packet.length);
        int start = VirtioNetHeader.csumStart(all, 0);
        int field = start + VirtioNetHeader.csumOffset(all, 0);
        if (written.isSuperPacket()) {
            assertEquals(VirtioNetHeader.headerLength(all, 0), checkSuper(written, start, field));
            superPackets++;
            packets.addAll(Model.segments(packet, type, written.gsoSize(), start));
        } else {
            if (flags == VirtioNetHeader.NEEDS_CSUM && !headerless) {
                int protocol = Model.isIpv6(packet) ? packet[6] : packet[9];
                checkPseudo(packet, start, protocol, field);
                Model.completeTransport(packet, start, protocol);
            } else {
                assertEquals(0, flags);
            }
            packets.add(packet);
        }
        return length;
    }

    /** Everything that the kernel, or a network card, takes for granted; returns the headers. */
    private static int checkSuper(Written written, int start, int field) {
        byte[] packet = written.packet();
        boolean ipv6 = Model.isIpv6(packet);
        boolean tcp = written.gsoType() != Model.UDP_L4;
        assertEquals(VirtioNetHeader.NEEDS_CSUM, written.flags());
        assertEquals(tcp ? Packet.TCP : Packet.UDP, ipv6 ? packet[6] : packet[9]);
        if (tcp) {
            assertEquals(ipv6 ? Model.TCPV6 : Model.TCPV4, written.gsoType());
        }
        assertEquals(ipv6 ? 40 : 20, start);
        assertEquals(
                packet.length,
                ipv6 ? 40 + Model.get16(packet, 4) : Model.get16(packet, 2),
                "IP length");
        assertTrue(packet.length <= 65_535);
        assertTrue(Model.ipValid(packet), "IPv4 header checksum");
        int headers = start + (tcp ? (packet[start + 12] >> 4 & 15) * 4 : 8);
        assertTrue(packet.length - headers > written.gsoSize(), "two segments at least");
        assertTrue(written.gsoSize() > 0);
        checkPseudo(packet, start, tcp ? Packet.TCP : Packet.UDP, field);
        if (!tcp) {
            assertEquals(packet.length - start, Model.get16(packet, start + 4), "UDP length");
        }
        return headers;
    }

    private static void checkPseudo(byte[] packet, int start, int protocol, int field) {
        assertEquals(Model.checksumField(start, protocol), field, "csum_offset");
        int pseudo = Model.pseudo(packet, start, protocol);
        assertEquals(pseudo, Model.get16(packet, field), "pseudo-header sum");
    }
}
