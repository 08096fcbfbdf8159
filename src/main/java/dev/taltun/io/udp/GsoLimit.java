package dev.taltun.io.udp;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many datagrams the kernel cuts out of one message (UDP_MAX_SEGMENTS, net/udp.h): 64, or 128
 * since Linux 6.9. It says so only by refusing more with EINVAL, so one message of 127 datagrams of
 * a byte is sent over loopback to the socket that sends it, once a process.
 */
final class GsoLimit {
    /** Every kernel with UDP_SEGMENT takes as many. */
    private static final int ALWAYS = 64;

    private static final int NEWER = 127;

    private GsoLimit() {}

    /** Most datagrams in one run. */
    static int segments() {
        return Once.SEGMENTS;
    }

    private static final class Once {
        static final int SEGMENTS = takes(NEWER) ? NEWER : ALWAYS;
    }

    private static boolean takes(int segments) {
        try (Arena arena = Arena.ofConfined()) {
            Libc libc = Libc.open();
            int type = Linux.SOCK_DGRAM() | Linux.SOCK_CLOEXEC() | Linux.SOCK_NONBLOCK();
            int number = libc.socket(Linux.AF_INET(), type, 0);
            if (number < 0) {
                return false;
            }
            try (Fd fd = new Fd(number)) {
                InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
                MemorySegment address = arena.allocate(SocketAddresses.BYTES, Long.BYTES);
                Endpoint any = Endpoint.of(new InetSocketAddress(loopback, 0));
                int length = SocketAddresses.write(address, 0, any, false);
                if (libc.bind(number, address.address(), length) < 0
                        || libc.getsockname(number, address) < 0) {
                    return false;
                }
                Endpoint self = any.withPort(SocketAddresses.port(address, 0));
                TxBatch batch = new TxBatch(arena);
                MemorySegment datagram = arena.allocate(1);
                for (int i = 0; i < segments; i++) {
                    batch.copyIn(datagram, 0, 1, self, segments);
                }
                UdpSender sender =
                        new LinuxUdpSender(arena, fd.number(), false, new AtomicBoolean());
                int result = sender.send(batch);
                return result == 1 || result == -Errno.EAGAIN;
            }
        }
    }
}
