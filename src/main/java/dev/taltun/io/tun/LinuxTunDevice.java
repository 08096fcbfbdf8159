package dev.taltun.io.tun;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.Structs;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.SystemCallException;
import dev.taltun.memory.Layouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A TUN device of the kernel, with one or more queues. The interface exists as long as it is open.
 *
 * <p>Opened and closed by the engine; used by readers and writers made from it, each on a thread of
 * its own.
 */
public final class LinuxTunDevice implements AutoCloseable {
    private static final String PATH = "/dev/net/tun";

    private final String name;
    private final Fd[] queues;
    private final Framing framing;
    private final boolean tcpOffload;
    private final boolean udpOffload;

    /** What the kernel puts before each packet. */
    private enum Framing {
        VIRTIO_HEADER,
        NOTHING
    }

    private LinuxTunDevice(
            String name, Fd[] queues, Framing framing, boolean tcpOffload, boolean udpOffload) {
        this.name = name;
        this.queues = queues;
        this.framing = framing;
        this.tcpOffload = tcpOffload;
        this.udpOffload = udpOffload;
    }

    /**
     * Creates the interface.
     *
     * @throws IOException with one line for the user: no device node, no permission, name taken
     */
    public static LinuxTunDevice open(TunOptions options) throws IOException {
        byte[] name = options.name().getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length >= Linux.IFNAMSIZ()) {
            // The kernel would invent a name, or cut this one short.
            throw SystemCallException.of(
                    "creating interface '" + options.name() + "'",
                    -Errno.EINVAL,
                    "tun_name has 1 to 15 characters");
        }
        Fd[] queues = new Fd[options.queues()];
        try (Arena arena = Arena.ofConfined()) {
            Libc libc = Libc.open();
            MemorySegment request = arena.allocate(Structs.IFREQ_BYTES, Long.BYTES);
            MemorySegment.copy(name, 0, request, Layouts.BYTE, 0, name.length);
            for (int i = 0; i < queues.length; i++) {
                queues[i] = openQueue(libc, request, options, i);
            }
            // The kernel replaced a "%d" in the name by a number.
            return withOffloads(libc, request.getString(0), queues, options);
        } catch (IOException | RuntimeException e) {
            closeAll(queues);
            throw e;
        }
    }

    private static LinuxTunDevice withOffloads(
            Libc libc, String name, Fd[] queues, TunOptions options) {
        boolean tcp = false;
        boolean udp = false;
        int tcpFlags = Linux.TUN_F_CSUM() | Linux.TUN_F_TSO4() | Linux.TUN_F_TSO6();
        int udpFlags = Linux.TUN_F_USO4() | Linux.TUN_F_USO6();
        if (options.tcpOffload() && options.udpOffload()) {
            tcp = udp = offload(libc, queues, tcpFlags | udpFlags);
        }
        if (!tcp && options.tcpOffload()) {
            tcp = offload(libc, queues, tcpFlags);
        }
        if (!udp && !tcp && options.udpOffload()) {
            udp = offload(libc, queues, Linux.TUN_F_CSUM() | udpFlags);
        }
        if (!tcp && !udp) {
            offload(libc, queues, 0);
        }
        return new LinuxTunDevice(name, queues, Framing.VIRTIO_HEADER, tcp, udp);
    }

    /**
     * Takes over an interface that somebody else has created and left open to us. Offloads are only
     * to be had when it was created with IFF_VNET_HDR.
     *
     * @param number its descriptor, which is this object's from now on
     * @throws IOException with one line for the user, when it is something else
     */
    public static LinuxTunDevice adopt(int number, TunOptions options) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Libc libc = Libc.open();
            MemorySegment request = requestOf(libc, arena, number);
            Fd[] queues = {new Fd(number)};
            libc.fcntl(number, Linux.F_SETFD(), Linux.FD_CLOEXEC());
            libc.fcntl(number, Linux.F_SETFL(), Linux.O_RDWR() | Linux.O_NONBLOCK());
            String name = request.getString(0);
            if ((flags(request) & Linux.IFF_VNET_HDR()) == 0) {
                return new LinuxTunDevice(name, queues, Framing.NOTHING, false, false);
            }
            MemorySegment size = arena.allocate(Integer.BYTES);
            size.set(Layouts.NATIVE_INT, 0, VirtioNetHeader.BYTES);
            libc.ioctl(number, Linux.TUNSETVNETHDRSZ() & 0xffff_ffffL, size);
            return withOffloads(libc, name, queues, options);
        }
    }

    /**
     * The name of the interface that an open descriptor belongs to.
     *
     * @throws IOException with one line for the user, when it is something else
     */
    public static String nameOf(int number) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return requestOf(Libc.open(), arena, number).getString(0);
        }
    }

    private static MemorySegment requestOf(Libc libc, Arena arena, int number) throws IOException {
        MemorySegment request = arena.allocate(Structs.IFREQ_BYTES, Long.BYTES);
        int result = libc.ioctl(number, Linux.TUNGETIFF() & 0xffff_ffffL, request);
        int wanted = Linux.IFF_TUN() | Linux.IFF_NO_PI();
        if (result < 0 || (flags(request) & wanted) != wanted) {
            throw new IOException(
                    "descriptor "
                            + number
                            + " is not an open TUN device (IFF_TUN with IFF_NO_PI); name one that"
                            + " is, or let Taltun create the interface");
        }
        return request;
    }

    private static int flags(MemorySegment request) {
        return request.get(Layouts.NATIVE_SHORT, Linux.IFNAMSIZ()) & 0xffff;
    }

    private static Fd openQueue(Libc libc, MemorySegment request, TunOptions options, int index)
            throws IOException {
        int flags = Linux.O_RDWR() | Linux.O_NONBLOCK() | Linux.O_CLOEXEC();
        int number = libc.open(PATH, flags, 0);
        if (number < 0) {
            throw SystemCallException.of("opening " + PATH, number, openRemedy(-number));
        }
        Fd fd = new Fd(number);
        int mode = Linux.IFF_TUN() | Linux.IFF_NO_PI() | Linux.IFF_VNET_HDR();
        if (options.queues() > 1) {
            mode |= Linux.IFF_MULTI_QUEUE();
        }
        if (index == 0) {
            mode |= Linux.IFF_TUN_EXCL();
        }
        request.set(Layouts.NATIVE_SHORT, Linux.IFNAMSIZ(), (short) mode);
        int result = libc.ioctl(number, Linux.TUNSETIFF() & 0xffff_ffffL, request);
        if (result < 0) {
            fd.close();
            throw SystemCallException.of(
                    "creating interface " + options.name(), result, createRemedy(-result, options));
        }
        return fd;
    }

    private static String openRemedy(int errno) {
        if (errno == Errno.ENOENT || errno == Errno.ENODEV || errno == Errno.ENXIO) {
            return "create it: modprobe tun; mkdir -p /dev/net; mknod /dev/net/tun c 10 200"
                    + " (in a container: --device /dev/net/tun)";
        }
        if (errno == Errno.EACCES || errno == Errno.EPERM) {
            return "run as root or give CAP_NET_ADMIN (in a container: --cap-add NET_ADMIN"
                    + " --device /dev/net/tun)";
        }
        return "check that the tun module is there: modprobe tun";
    }

    private static String createRemedy(int errno, TunOptions options) {
        if (errno == Errno.EPERM) {
            return "run as root or give CAP_NET_ADMIN";
        }
        if (errno == Errno.EBUSY || errno == Errno.EEXIST || errno == Errno.EINVAL) {
            return "an interface of that name may exist already: choose another tun_name, or"
                    + " remove it: ip link delete "
                    + options.name();
        }
        if (errno == Errno.ENOTTY) {
            return PATH + " is another file; remove it, then: mknod " + PATH + " c 10 200";
        }
        return "check tun_name";
    }

    private static boolean offload(Libc libc, Fd[] queues, int flags) {
        boolean all = true;
        for (Fd queue : queues) {
            all &= libc.ioctl(queue.number(), Linux.TUNSETOFFLOAD() & 0xffff_ffffL, flags) >= 0;
        }
        return all;
    }

    /** The interface's name. */
    public String name() {
        return name;
    }

    /** How many queues it has. */
    public int queues() {
        return queues.length;
    }

    /** Whether reads may give TCP super-packets, and writes take them. */
    public boolean tcpOffload() {
        return tcpOffload;
    }

    /** Whether reads may give UDP super-packets, and writes take them. */
    public boolean udpOffload() {
        return udpOffload;
    }

    /** Descriptor of a queue, for {@link dev.taltun.io.Poller}. */
    public int fd(int queue) {
        return queues[queue].number();
    }

    /** A reader of a queue, for one thread. */
    public TunReader newReader(Arena arena, int queue) {
        TunReader reader = new LinuxTunReader(arena, queues[queue].number());
        return framing == Framing.NOTHING ? HeaderlessTun.reader(reader) : reader;
    }

    /** A writer to a queue, for one thread. */
    public TunWriter newWriter(Arena arena, int queue) {
        TunWriter writer = new LinuxTunWriter(arena, queues[queue].number());
        return framing == Framing.NOTHING ? HeaderlessTun.writer(writer) : writer;
    }

    private static void closeAll(Fd[] queues) {
        for (Fd queue : queues) {
            if (queue != null) {
                queue.close();
            }
        }
    }

    /** Closes all queues; the interface, its addresses and its routes go with them. */
    @Override
    public void close() {
        closeAll(queues);
    }
}
