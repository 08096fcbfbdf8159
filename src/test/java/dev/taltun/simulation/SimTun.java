package dev.taltun.simulation;

import dev.taltun.ffi.Errno;
import dev.taltun.io.tun.TunReader;
import dev.taltun.io.tun.TunWriter;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** One node's TUN device, with offloads as the kernel's, and the hosts behind it. */
final class SimTun {
    private static final int UDP_CHECKSUM = 6;

    private final SimNode.Options options;
    private final Random random;
    private final Consumer<InnerPacket> received;
    private final List<ArrayDeque<byte[]>> queues = new ArrayList<>();

    /**
     * @param received gets each packet that the engine writes
     */
    SimTun(SimNode.Options options, Random random, Consumer<InnerPacket> received) {
        this.options = options;
        this.random = random;
        this.received = received;
        for (int i = 0; i < options.workers; i++) {
            queues.add(new ArrayDeque<>());
        }
    }

    /** A host sends packets of one flow, all of them as long as the first but the last. */
    void send(List<InnerPacket> run) {
        if (run.size() > 1 && options.uso) {
            queue(run.getFirst()).add(superPacket(run));
            return;
        }
        for (InnerPacket packet : run) {
            boolean partial = random.nextBoolean();
            byte[] bytes = packet.bytes();
            ByteBuffer read = header(VirtioNetHeader.BYTES + bytes.length);
            if (partial) {
                leaveChecksum(read, packet, bytes, VirtioNetHeader.GSO_NONE, 0);
            }
            read.put(VirtioNetHeader.BYTES, bytes);
            queue(packet).add(read.array());
        }
    }

    private ArrayDeque<byte[]> queue(InnerPacket packet) {
        return queues.get((packet.source() + packet.destination()) % queues.size());
    }

    private static ByteBuffer header(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    }

    /** Puts the pseudo-header's sum where the checksum belongs, and says so. */
    private static void leaveChecksum(
            ByteBuffer read, InnerPacket packet, byte[] bytes, int gsoType, int gsoSize) {
        int udp = packet.headers() - InnerPacket.UDP_HEADER;
        int pseudo = InnerPacket.pseudoSum(bytes, packet.ipv6(), bytes.length - udp);
        ByteBuffer.wrap(bytes).putShort(udp + UDP_CHECKSUM, (short) pseudo);
        read.put(VirtioNetHeader.FLAGS_OFFSET, (byte) VirtioNetHeader.NEEDS_CSUM);
        read.put(VirtioNetHeader.GSO_TYPE_OFFSET, (byte) gsoType);
        read.putShort(VirtioNetHeader.HDR_LEN_OFFSET, (short) packet.headers());
        read.putShort(VirtioNetHeader.GSO_SIZE_OFFSET, (short) gsoSize);
        read.putShort(VirtioNetHeader.CSUM_START_OFFSET, (short) udp);
        read.putShort(VirtioNetHeader.CSUM_OFFSET_OFFSET, (short) UDP_CHECKSUM);
    }

    private static byte[] superPacket(List<InnerPacket> run) {
        InnerPacket first = run.getFirst();
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        run.forEach(packet -> payload.writeBytes(packet.payload()));
        InnerPacket whole =
                new InnerPacket(
                        first.ipv6(), first.source(), first.destination(), payload.toByteArray());
        byte[] bytes = whole.bytes();
        ByteBuffer read = header(VirtioNetHeader.BYTES + bytes.length);
        leaveChecksum(read, whole, bytes, VirtioNetHeader.GSO_UDP_L4, first.payload().length);
        read.put(VirtioNetHeader.BYTES, bytes);
        return read.array();
    }

    boolean hasPackets(int queue) {
        return !queues.get(queue).isEmpty();
    }

    TunReader reader(int queue) {
        return (buffer, offset, length) -> {
            byte[] next = queues.get(queue).poll();
            if (next == null) {
                return 0;
            }
            assert next.length <= length;
            MemorySegment.copy(next, 0, buffer, Layouts.BYTE, offset, next.length);
            return next.length;
        };
    }

    TunWriter writer() {
        return this::write;
    }

    private int write(MemorySegment memory, long offset, int length) {
        ByteBuffer written = header(length);
        MemorySegment.copy(memory, Layouts.BYTE, offset, written.array(), 0, length);
        int gsoType = written.get(VirtioNetHeader.GSO_TYPE_OFFSET);
        boolean partial =
                (written.get(VirtioNetHeader.FLAGS_OFFSET) & VirtioNetHeader.NEEDS_CSUM) != 0;
        byte[] packet = new byte[length - VirtioNetHeader.BYTES];
        written.get(VirtioNetHeader.BYTES, packet);
        if (partial) {
            completeChecksum(packet, written);
        }
        if (gsoType == VirtioNetHeader.GSO_NONE) {
            received.accept(InnerPacket.parse(packet, true));
        } else if (options.tunRefusesRuns) {
            return -Errno.EINVAL;
        } else {
            split(packet, written.getShort(VirtioNetHeader.GSO_SIZE_OFFSET) & 0xffff);
        }
        return length;
    }

    /** As the kernel does before it hands a packet to a host. */
    private static void completeChecksum(byte[] packet, ByteBuffer header) {
        int udp = header.getShort(VirtioNetHeader.CSUM_START_OFFSET);
        int field = udp + header.getShort(VirtioNetHeader.CSUM_OFFSET_OFFSET);
        boolean ipv6 = (packet[0] & 0xf0) == 0x60;
        int pseudo = InnerPacket.pseudoSum(packet, ipv6, packet.length - udp);
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        if ((buffer.getShort(field) & 0xffff) != pseudo) {
            throw new AssertionError("a packet was written with a wrong partial checksum");
        }
        buffer.putShort(field, (short) 0);
        InnerPacket read = InnerPacket.parse(packet, false);
        byte[] right = read.bytes();
        buffer.putShort(field, ByteBuffer.wrap(right).getShort(field));
    }

    private void split(byte[] packet, int size) {
        InnerPacket whole = InnerPacket.parse(packet, true);
        byte[] payload = whole.payload();
        assert size > 0 && payload.length > size : "a run of " + payload.length + " by " + size;
        for (int done = 0; done < payload.length; done += size) {
            byte[] part = new byte[Math.min(size, payload.length - done)];
            System.arraycopy(payload, done, part, 0, part.length);
            received.accept(
                    new InnerPacket(whole.ipv6(), whole.source(), whole.destination(), part));
        }
    }
}
