package dev.taltun.netns.nat;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.ifreq;
import dev.taltun.memory.Layouts;
import dev.taltun.netns.Namespace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds back every IPv4 packet that a router forwards, for the same time: what netem does where
 * there is one.
 *
 * <pre>
 *   line n --- rule: what came in here ---&gt; TUN --- read, wait, write ---&gt; TUN --- line m
 * </pre>
 *
 * The thread that reads stamps the packets, the one that writes waits: none overtakes another.
 */
final class DelayLine implements AutoCloseable {
    private static final String DEVICE = "delay";
    private static final int LARGEST = 65_535;

    private record Held(long until, byte[] packet) {}

    private final Arena arena = Arena.ofShared();
    private final long nanos;
    private final Fd fd;
    private final BlockingQueue<Held> held = new LinkedBlockingQueue<>();
    private final Thread writer;
    private volatile boolean ended;

    /**
     * @param lines how many the router has, from 0 on; later ones are not delayed
     */
    DelayLine(Namespace router, int lines, Duration delay) {
        nanos = delay.toNanos();
        fd = router.inside(this::open);
        router.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0");
        router.run("sysctl", "-qw", "net.ipv4.conf." + DEVICE + ".rp_filter=0");
        router.run("ip", "link", "set", DEVICE, "up");
        router.run("ip", "route", "add", "default", "dev", DEVICE, "table", "100");
        for (int i = 0; i < lines; i++) {
            router.run("ip", "rule", "add", "iif", "line" + i, "lookup", "100");
        }
        Thread.ofPlatform().daemon().name("delay line, in").start(this::read);
        writer = Thread.ofPlatform().daemon().name("delay line, out").start(this::write);
    }

    private Fd open() {
        Libc libc = Libc.open();
        Fd opened = new Fd(libc.open("/dev/net/tun", Linux.O_RDWR() | Linux.O_CLOEXEC(), 0));
        MemorySegment request = arena.allocate(ifreq.layout());
        byte[] name = DEVICE.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(name, 0, request, Layouts.BYTE, 0, name.length);
        int mode = Linux.IFF_TUN() | Linux.IFF_NO_PI();
        request.set(Layouts.NATIVE_SHORT, Linux.IFNAMSIZ(), (short) mode);
        int result = libc.ioctl(opened.number(), Linux.TUNSETIFF() & 0xffff_ffffL, request);
        if (result < 0) {
            throw new AssertionError("creating the TUN device: " + Errno.words(result));
        }
        return opened;
    }

    private void read() {
        Libc libc = Libc.open();
        MemorySegment buffer = arena.allocate(LARGEST);
        while (!ended) {
            long length = libc.read(fd.number(), buffer);
            if (length > 0) {
                byte[] packet = buffer.asSlice(0, length).toArray(Layouts.BYTE);
                held.add(new Held(System.nanoTime() + nanos, packet));
            }
        }
    }

    private void write() {
        Libc libc = Libc.open();
        MemorySegment buffer = arena.allocate(LARGEST);
        try {
            while (!ended) {
                Held next = held.take();
                long left;
                while ((left = next.until - System.nanoTime()) > 0) {
                    LockSupport.parkNanos(left);
                }
                byte[] packet = next.packet;
                MemorySegment.copy(packet, 0, buffer, Layouts.BYTE, 0, packet.length);
                libc.write(fd.number(), buffer.asSlice(0, packet.length));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What is held is lost. The reading thread, which may be blocked, the device and the memory are
     * left to the end of the test's process, or of the namespace.
     */
    @Override
    public void close() {
        ended = true;
        writer.interrupt();
    }
}
