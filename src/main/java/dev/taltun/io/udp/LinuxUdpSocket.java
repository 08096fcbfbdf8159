package dev.taltun.io.udp;

import dev.taltun.ffi.Descriptors;
import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.IpText;
import dev.taltun.io.SystemCallException;
import dev.taltun.memory.Layouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A UDP socket of the kernel. Opened and closed by the engine; used by the senders and receivers
 * made from it, each on a thread of its own.
 */
public final class LinuxUdpSocket implements AutoCloseable {
    /** Enough for 50 ms at 1 Gbit/s; what wireguard-go found to end losses at 5 Gbit/s. */
    private static final int BUFFER_BYTES = 7 << 20;

    private final Fd fd;
    private final boolean ipv6;
    private volatile int port;
    private final int gsoSegments;
    private final boolean gro;
    private final int receiveBuffer;
    private final AtomicBoolean errorsSeen = new AtomicBoolean();

    private LinuxUdpSocket(
            Fd fd, boolean ipv6, int port, int gsoSegments, boolean gro, int receiveBuffer) {
        this.fd = fd;
        this.ipv6 = ipv6;
        this.port = port;
        this.gsoSegments = gsoSegments;
        this.gro = gro;
        this.receiveBuffer = receiveBuffer;
    }

    /**
     * Opens and binds a socket.
     *
     * @throws IOException with one line for the user: port taken, address not local, no permission
     */
    public static LinuxUdpSocket open(UdpOptions options) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Libc libc = Libc.open();
            boolean ipv6 = !(options.address() instanceof Inet4Address);
            int family = ipv6 ? Linux.AF_INET6() : Linux.AF_INET();
            // Each call says whether it waits.
            int type = Linux.SOCK_DGRAM() | Linux.SOCK_CLOEXEC();
            int number = libc.socket(family, type, 0);
            if (number < 0) {
                throw SystemCallException.of(
                        "opening a UDP socket for " + where(options),
                        number,
                        ipv6 ? "use an IPv4 address such as 0.0.0.0 in local_addr" : null);
            }
            Fd fd = new Fd(number);
            try {
                configure(libc, fd, options, ipv6);
                bind(libc, arena, fd, options, ipv6);
                int solUdp = Linux.SOL_UDP();
                MemorySegment value = arena.allocate(Integer.BYTES);
                boolean gso =
                        options.gso()
                                && libc.getsockopt(number, solUdp, Linux.UDP_SEGMENT(), value) >= 0;
                boolean gro =
                        options.gro() && libc.setsockopt(number, solUdp, Linux.UDP_GRO(), 1) >= 0;
                libc.getsockopt(number, Linux.SOL_SOCKET(), Linux.SO_RCVBUF(), value);
                int receiveBuffer = value.get(Layouts.NATIVE_INT, 0);
                int port = boundPort(libc, arena, fd);
                return new LinuxUdpSocket(
                        fd, ipv6, port, gso ? GsoLimit.segments() : 1, gro, receiveBuffer);
            } catch (IOException | RuntimeException e) {
                fd.close();
                throw e;
            }
        }
    }

    private static String where(UdpOptions options) {
        InetAddress address = options.address();
        String ip = IpText.text(address);
        return (address instanceof Inet4Address ? ip : "[" + ip + "]") + ":" + options.port();
    }

    /**
     * Where a receive waits, it does so for a second: nothing that it misses is missed for long.
     */
    private static void waitAtMost(Libc libc, int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(2 * Long.BYTES, Long.BYTES);
            time.set(Layouts.NATIVE_LONG, 0, 1);
            libc.setsockopt(number, Linux.SOL_SOCKET(), Linux.SO_RCVTIMEO(), time);
        }
    }

    private static void configure(Libc libc, Fd fd, UdpOptions options, boolean ipv6)
            throws IOException {
        int n = fd.number();
        int sol = Linux.SOL_SOCKET();
        // FORCE needs CAP_NET_ADMIN; without it the kernel caps the size quietly.
        if (libc.setsockopt(n, sol, Linux.SO_RCVBUFFORCE(), BUFFER_BYTES) < 0) {
            libc.setsockopt(n, sol, Linux.SO_RCVBUF(), BUFFER_BYTES);
        }
        if (libc.setsockopt(n, sol, Linux.SO_SNDBUFFORCE(), BUFFER_BYTES) < 0) {
            libc.setsockopt(n, sol, Linux.SO_SNDBUF(), BUFFER_BYTES);
        }
        waitAtMost(libc, n);
        if (options.shared()) {
            require(libc.setsockopt(n, sol, Linux.SO_REUSEPORT(), 1), "sharing the UDP port");
        }
        if (options.mark() != 0) {
            mark(libc, n, options.mark());
        }
        // As the kernel's WireGuard: let routers fragment rather than lose packets where ICMP is
        // filtered. A dual-stack socket has the options of both families.
        int ip = Linux.SOL_IP();
        libc.setsockopt(n, ip, Linux.IP_MTU_DISCOVER(), Linux.IP_PMTUDISC_DONT());
        libc.setsockopt(n, ip, Linux.IP_RECVTOS(), 1);
        libc.setsockopt(n, ip, Linux.IP_RECVERR(), 1);
        if (ipv6) {
            int ip6 = Linux.SOL_IPV6();
            libc.setsockopt(n, ip6, Linux.IPV6_V6ONLY(), 0);
            libc.setsockopt(n, ip6, Linux.IPV6_RECVTCLASS(), 1);
            libc.setsockopt(n, ip6, Linux.IPV6_RECVERR(), 1);
            libc.setsockopt(n, ip6, Linux.IPV6_MTU_DISCOVER(), Linux.IPV6_PMTUDISC_DONT());
            require(
                    libc.setsockopt(n, ip6, Linux.IPV6_RECVPKTINFO(), 1),
                    "asking for IPv6 packet information");
        } else {
            require(
                    libc.setsockopt(n, ip, Linux.IP_PKTINFO(), 1),
                    "asking for IPv4 packet information");
        }
    }

    private static void require(int result, String doing) throws IOException {
        if (result < 0) {
            throw SystemCallException.of(doing, result, null);
        }
    }

    private static void bind(Libc libc, Arena arena, Fd fd, UdpOptions options, boolean ipv6)
            throws IOException {
        MemorySegment address = arena.allocate(SocketAddresses.BYTES, 8);
        Endpoint endpoint =
                Endpoint.of(new java.net.InetSocketAddress(options.address(), options.port()));
        int length = SocketAddresses.write(address, 0, endpoint, ipv6);
        int result = libc.bind(fd.number(), address.address(), length);
        if (result < 0) {
            throw SystemCallException.of(
                    "listening on UDP " + where(options), result, bindRemedy(-result));
        }
    }

    private static String bindRemedy(int errno) {
        if (errno == Errno.EADDRINUSE) {
            return "stop the program that has the port or choose another in local_addr (0 = any)";
        }
        if (errno == Errno.EADDRNOTAVAIL) {
            return "local_addr must be an address of this machine, or 0.0.0.0 or [::]";
        }
        if (errno == Errno.EACCES) {
            return "choose a port above 1023 in local_addr, or run as root";
        }
        return "check local_addr";
    }

    private static int boundPort(Libc libc, Arena arena, Fd fd) throws IOException {
        MemorySegment address = arena.allocate(SocketAddresses.BYTES, 8);
        require(libc.getsockname(fd.number(), address), "reading the UDP socket's address");
        return SocketAddresses.port(address, 0);
    }

    /**
     * Goes on as another socket, which was opened with the same options but for port and mark:
     * senders and receivers, which know the descriptor's number only, use that from their next call
     * on. A thread that sleeps on this socket must be woken to notice. What had come to the old
     * port and was not read yet is lost.
     *
     * @param other closed, whatever comes of it
     * @throws IOException when the kernel refuses; this socket is as before then
     */
    public void become(LinuxUdpSocket other) throws IOException {
        try (other) {
            require(
                    Descriptors.replace(fd.number(), other.fd.number()),
                    "moving UDP traffic to another socket");
            port = other.port;
        }
    }

    /**
     * Sets the mark of what is sent from now on. Any thread.
     *
     * @param mark unsigned; 0 for none
     * @throws IOException with one line for the user, when that is not permitted
     */
    public void mark(int mark) throws IOException {
        mark(Libc.open(), fd.number(), mark);
    }

    /** The mark of what is sent, 0 for none. Any thread. */
    int mark() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(Integer.BYTES);
            Libc.open().getsockopt(fd.number(), Linux.SOL_SOCKET(), Linux.SO_MARK(), value);
            return value.get(Layouts.NATIVE_INT, 0);
        }
    }

    private static void mark(Libc libc, int fd, int mark) throws IOException {
        int result = libc.setsockopt(fd, Linux.SOL_SOCKET(), Linux.SO_MARK(), mark);
        if (result < 0) {
            throw SystemCallException.of(
                    "setting fwmark " + Integer.toUnsignedString(mark) + " on the UDP socket",
                    result,
                    "run as root or give CAP_NET_ADMIN");
        }
    }

    /** The bound port. */
    public int port() {
        return port;
    }

    /** Whether the socket takes IPv6 addresses (and mapped IPv4 ones). */
    public boolean ipv6() {
        return ipv6;
    }

    /** Whether the kernel cuts runs of datagrams for us (UDP_SEGMENT). */
    public boolean gso() {
        return gsoSegments > 1;
    }

    /** Most datagrams in one run that the kernel cuts apart; 1 when it cuts none. */
    public int gsoSegments() {
        return gsoSegments;
    }

    /** Whether the kernel hands us runs of datagrams (UDP_GRO). */
    public boolean gro() {
        return gro;
    }

    /** Size of the receive buffer as the kernel granted it, in bytes (it counts twice). */
    public int receiveBuffer() {
        return receiveBuffer;
    }

    /** The descriptor, for {@link dev.taltun.io.Poller}. */
    public int fd() {
        return fd.number();
    }

    /** A sender for one thread. */
    public UdpSender newSender(Arena arena) {
        return new LinuxUdpSender(arena, fd.number(), ipv6, errorsSeen);
    }

    /** A receiver for one thread, for batches of at most this many slots. */
    public UdpReceiver newReceiver(Arena arena, RxBatch batch) {
        return new LinuxUdpReceiver(arena, fd.number(), ipv6, batch, errorsSeen);
    }

    @Override
    public void close() {
        fd.close();
    }
}
