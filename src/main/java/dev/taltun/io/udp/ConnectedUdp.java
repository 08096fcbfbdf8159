package dev.taltun.io.udp;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.pollfd;
import dev.taltun.io.SystemCallException;
import dev.taltun.memory.Layouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/**
 * A UDP socket to one other end, with a mark, which the JDK's sockets cannot have. For set-up and
 * control code: it waits and allocates. Belongs to the thread that opened it.
 */
public final class ConnectedUdp implements AutoCloseable {
    private final Libc libc;
    private final Fd fd;
    private final MemorySegment poll;

    private ConnectedUdp(Arena arena, Libc libc, Fd fd) {
        this.libc = libc;
        this.fd = fd;
        poll = arena.allocate(pollfd.layout());
        poll.set(Layouts.NATIVE_INT, pollfd.fd$offset(), fd.number());
        poll.set(Layouts.NATIVE_SHORT, pollfd.events$offset(), (short) Linux.POLLIN());
    }

    /**
     * Opens a socket on a port of its own.
     *
     * @param mark of what is sent, unsigned; 0 for none
     * @throws IOException with one line, when the mark is not permitted or nothing leads there
     */
    public static ConnectedUdp open(InetSocketAddress remote, int mark) throws IOException {
        Arena arena = Arena.ofAuto(); // Lives as long as what it holds is used.
        Fd fd = null;
        try {
            Libc libc = Libc.open();
            Endpoint endpoint = Endpoint.of(remote);
            boolean ipv6 = !endpoint.isIpv4();
            int family = ipv6 ? Linux.AF_INET6() : Linux.AF_INET();
            int type = Linux.SOCK_DGRAM() | Linux.SOCK_CLOEXEC() | Linux.SOCK_NONBLOCK();
            fd = new Fd(require(libc.socket(family, type, 0), "opening a socket for", endpoint));
            if (mark != 0) {
                int level = Linux.SOL_SOCKET();
                int marked = libc.setsockopt(fd.number(), level, Linux.SO_MARK(), mark);
                require(marked, "setting the mark of a socket for", endpoint);
            }
            MemorySegment address = arena.allocate(SocketAddresses.BYTES, Long.BYTES);
            int length = SocketAddresses.write(address, 0, endpoint, ipv6);
            require(libc.connect(fd.number(), address.address(), length), "reaching", endpoint);
            return new ConnectedUdp(arena, libc, fd);
        } catch (IOException | RuntimeException e) {
            if (fd != null) {
                fd.close();
            }
            throw e;
        }
    }

    private static int require(int result, String doing, Endpoint endpoint) throws IOException {
        if (result < 0) {
            throw SystemCallException.of(doing + " " + endpoint, result, null);
        }
        return result;
    }

    /**
     * @throws IOException when nothing leads there, or the other end has refused an earlier one
     */
    public void send(byte[] data) throws IOException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment copy = scratch.allocateFrom(Layouts.BYTE, data);
            long sent = libc.sendto(fd.number(), copy, Linux.MSG_NOSIGNAL(), MemorySegment.NULL);
            if (sent < 0) {
                throw SystemCallException.of("sending a datagram", sent, null);
            }
        }
    }

    /**
     * Waits for a datagram.
     *
     * @param into what does not fit is lost
     * @return its length; -1 when the time is over
     * @throws IOException when the other end refuses
     */
    public int receive(byte[] into, int maxMillis) throws IOException {
        int ready = libc.poll(poll, maxMillis);
        if (ready == 0) {
            return -1;
        }
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment copy = scratch.allocate(into.length);
            long count = libc.recv(fd.number(), copy, 0);
            if (count == -Errno.EAGAIN || count == -Errno.EINTR) {
                return 0;
            }
            if (count < 0) {
                throw SystemCallException.of("receiving a datagram", count, null);
            }
            MemorySegment.copy(copy, Layouts.BYTE, 0, into, 0, (int) count);
            return (int) count;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
