package dev.taltun.dataplane;

import static dev.taltun.testing.NetworkNamespace.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.Poller;
import dev.taltun.io.tun.LinuxTunDevice;
import dev.taltun.io.tun.TunOptions;
import dev.taltun.io.tun.TunReader;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.testing.NetworkNamespace;
import dev.taltun.testing.Seed;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The kernel's own TCP through the segmenter and the coalescer, without a tunnel between: whatever
 * the kernel sends to .2 is cut, its addresses are swapped, and it is put together again and
 * written back, as if .2 had sent it to .1.
 *
 * <pre>
 *   client .1:p --> .2:s   =TUN=>  Segmenter, swap, Coalescer  =TUN=>   .2:p --> .1:s server
 *                                  (sums do not change when addresses swap)
 * </pre>
 */
@Tag("namespace")
class KernelReflectionTest {
    private static final int BYTES = 24 << 20;
    private static final int SLAB = 1 << 20;

    /** The thread between the two ends of the device. */
    private static final class Reflector implements SegmentSink {
        final Counters counters = new Counters();
        private final MemorySegment slab;
        private final MemorySegment buffer;
        private final Segmenter segmenter;
        private final Coalescer coalescer;
        private final TunReader reader;
        private final Poller poller;
        private int tail;
        private long segments;
        private long superPackets;
        private volatile boolean running = true;

        Reflector(Arena arena, LinuxTunDevice tun) throws IOException {
            slab = arena.allocate(SLAB);
            buffer = arena.allocate(VirtioNetHeader.BYTES + 65_535 + 64);
            segmenter = new Segmenter(arena);
            Offloads offloads = new Offloads(1, tun.tcpOffload(), tun.udpOffload());
            coalescer =
                    new Coalescer(arena, tun.newWriter(arena, 0), offloads, counters.newBlock());
            reader = tun.newReader(arena, 0);
            poller = new Poller(arena, tun.fd(0));
        }

        void run() {
            while (running) {
                int reads = 0;
                int length = 0;
                while (tail < SLAB - (200 << 10) && reads++ < 64) {
                    length = reader.read(buffer, 0, VirtioNetHeader.BYTES + 65_535);
                    if (length <= 0) {
                        break;
                    }
                    take(length - VirtioNetHeader.BYTES);
                }
                coalescer.flush();
                coalescer.account();
                tail = 0;
                if (length <= 0) {
                    poller.awaitReadable(100_000_000);
                }
            }
            poller.close();
        }

        private void take(int length) {
            int packet = VirtioNetHeader.BYTES;
            if (VirtioNetHeader.gsoType(buffer, 0) == VirtioNetHeader.GSO_NONE) {
                assertTrue(Segmenter.completeChecksum(buffer, 0, packet, length));
                accept(buffer, packet, length);
            } else {
                int count = segmenter.segment(buffer, 0, packet, length, false, this);
                assertEquals(segmenter.segments(), count);
                superPackets++;
            }
        }

        @Override
        public boolean accept(MemorySegment memory, long offset, int length) {
            long to = tail + 16;
            MemorySegment.copy(memory, offset, slab, to, length);
            boolean ipv4 = (slab.get(Layouts.BYTE, to) & 0xf0) == 0x40;
            int bytes = ipv4 ? 4 : 16;
            long source = to + (ipv4 ? 12 : 8);
            byte[] first = slab.asSlice(source, bytes).toArray(Layouts.BYTE);
            MemorySegment.copy(slab, source + bytes, slab, source, bytes);
            MemorySegment.copy(first, 0, slab, Layouts.BYTE, source + bytes, bytes);
            tail += 16 + length;
            segments++;
            coalescer.add(slab, to, length);
            return true;
        }
    }

    private static void stream(String here, String there, boolean offload) {
        NetworkNamespace.run(
                () -> {
                    try (Arena arena = Arena.ofShared();
                            LinuxTunDevice tun =
                                    LinuxTunDevice.open(
                                            new TunOptions("t0", 1, offload, offload))) {
                        assertEquals(offload, tun.tcpOffload());
                        sh("ip link set lo up; ip link set t0 mtu 1420 up");
                        sh("ip addr add 10.7.0.1/24 dev t0; ip addr add fd07::1/64 dev t0 nodad");
                        sh("while ip -6 addr show tentative | grep -q fd07; do sleep 0.05; done");
                        Reflector reflector = new Reflector(arena, tun);
                        AtomicReference<Throwable> failure = new AtomicReference<>();
                        Thread thread = start(reflector::run, failure);
                        try (ServerSocket server =
                                        new ServerSocket(0, 1, InetAddress.getByName(here));
                                Socket client = new Socket()) {
                            client.connect(
                                    new InetSocketAddress(there, server.getLocalPort()), 5000);
                            transfer(client, server.accept(), failure);
                        } finally {
                            reflector.running = false;
                            thread.join();
                        }
                        assertEquals(null, failure.get());
                        check(reflector, offload);
                    }
                });
    }

    private static Thread start(Runnable body, AtomicReference<Throwable> failure) {
        return Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                body.run();
                            } catch (Throwable e) {
                                failure.compareAndSet(null, e);
                            }
                        });
    }

    private static void transfer(Socket from, Socket to, AtomicReference<Throwable> failure)
            throws Exception {
        Random random = Seed.random("KernelReflectionTest");
        byte[] data = new byte[BYTES];
        random.nextBytes(data);
        Thread writer =
                start(
                        () -> {
                            try (OutputStream out = from.getOutputStream()) {
                                int at = 0;
                                while (at < BYTES) {
                                    int bytes =
                                            1
                                                    + random.nextInt(
                                                            random.nextBoolean() ? 200_000 : 900);
                                    bytes = Math.min(bytes, BYTES - at);
                                    out.write(data, at, bytes);
                                    at += bytes;
                                }
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        failure);
        to.setSoTimeout(10_000);
        byte[] received = new byte[BYTES];
        try (DataInputStream in = new DataInputStream(to.getInputStream())) {
            in.readFully(received);
            assertEquals(-1, in.read());
        }
        writer.join();
        assertEquals(-1, java.util.Arrays.mismatch(data, received));
    }

    private static void check(Reflector reflector, boolean offload) {
        long writes = reflector.counters.sum(Counter.TUN_WRITES);
        assertEquals(0, reflector.counters.sum(Counter.TUN_WRITE_ERRORS));
        assertEquals(0, reflector.counters.sum(Counter.TUN_WRITE_FALLBACKS));
        String figures =
                reflector.superPackets
                        + " super-packets, "
                        + reflector.segments
                        + " segments, "
                        + writes
                        + " writes";
        assertTrue(reflector.segments >= BYTES / 1420, figures);
        assertEquals(offload, reflector.superPackets > 0, figures);
        assertEquals(offload, writes < reflector.segments / 3, figures);
    }

    @Test
    void tcpOverIpv4() {
        stream("10.7.0.1", "10.7.0.2", true);
    }

    @Test
    void tcpOverIpv6() {
        stream("fd07::1", "fd07::2", true);
    }

    @Test
    void tcpWithoutOffloads() {
        stream("10.7.0.1", "10.7.0.2", false);
    }
}
