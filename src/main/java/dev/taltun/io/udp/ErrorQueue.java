package dev.taltun.io.udp;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.iovec;
import dev.taltun.ffi.linux.msghdr;
import dev.taltun.ffi.linux.sock_extended_err;
import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The queue of ICMP errors that the kernel keeps beside a socket's datagrams (IP_RECVERR, ip(7)).
 * What is in it takes room from datagrams, so it must be emptied. Belongs to one thread.
 *
 * <pre>
 *   control  | cmsghdr 16 | sock_extended_err: errno u32, origin u8, type u8, code u8, ... | offender
 *   name     where the datagram went          data     how it began
 * </pre>
 */
final class ErrorQueue {
    /**
     * How often to repeat a call that met such an error, which is not about this call: another may
     * come meanwhile, but not for ever.
     */
    static final int ATTEMPTS = 4;

    private static final int ERRQUEUE = Linux.MSG_ERRQUEUE() | Linux.MSG_DONTWAIT();
    private static final int SOL_IP = Linux.SOL_IP();
    private static final int SOL_IPV6 = Linux.SOL_IPV6();
    private static final int IP_RECVERR = Linux.IP_RECVERR();
    private static final int IPV6_RECVERR = Linux.IPV6_RECVERR();
    private static final int ORIGIN_ICMP = Linux.SO_EE_ORIGIN_ICMP();
    private static final int ORIGIN_ICMP6 = Linux.SO_EE_ORIGIN_ICMP6();
    private static final long ERRNO = ControlMessages.HEADER + sock_extended_err.ee_errno$offset();
    private static final long ORIGIN =
            ControlMessages.HEADER + sock_extended_err.ee_origin$offset();
    private static final long ICMP_TYPE =
            ControlMessages.HEADER + sock_extended_err.ee_type$offset();

    /** Destination unreachable, in RFC 792 and in RFC 4443. */
    private static final int UNREACHABLE = 3;

    private static final int UNREACHABLE_6 = 1;
    private static final int LEVEL = 8;
    private static final int TYPE = 12;

    /**
     * The error with its offender (16 + 16 + 28, aligned: 64), and what the socket wants to know of
     * every datagram (40 + 24 + 24), with room to spare.
     */
    private static final int CONTROL_BYTES = 256;

    private final Libc libc;
    private final int fd;
    private final boolean ipv6;
    private final MemorySegment header;
    private final MemorySegment name;
    private final MemorySegment control;
    private final MemorySegment data;

    ErrorQueue(Arena arena, Libc libc, int fd, boolean ipv6) {
        this.libc = libc;
        this.fd = fd;
        this.ipv6 = ipv6;
        header = arena.allocate(msghdr.layout());
        name = arena.allocate(SocketAddresses.BYTES, 8);
        control = arena.allocate(CONTROL_BYTES, 8);
        data = arena.allocate(iovec.layout());
        header.set(Layouts.NATIVE_LONG, msghdr.msg_name$offset(), name.address());
        header.set(Layouts.NATIVE_LONG, msghdr.msg_iov$offset(), data.address());
        header.set(Layouts.NATIVE_LONG, msghdr.msg_iovlen$offset(), 1);
        header.set(Layouts.NATIVE_LONG, msghdr.msg_control$offset(), control.address());
    }

    /** Whether an error number is one that an ICMP error leaves on a socket (icmp_err_convert). */
    static boolean isAboutEarlierDatagram(int errno) {
        return switch (errno) {
            case Errno.ECONNREFUSED,
                    Errno.EHOSTUNREACH,
                    Errno.ENETUNREACH,
                    Errno.EHOSTDOWN,
                    Errno.ENONET,
                    Errno.ENOPROTOOPT,
                    Errno.EPROTO,
                    Errno.EMSGSIZE,
                    Errno.EOPNOTSUPP,
                    Errno.EACCES ->
                    true;
            default -> false;
        };
    }

    /** Takes the oldest error out of the queue; false when there is none. */
    boolean next(UdpError into) {
        while (true) {
            data.set(Layouts.NATIVE_LONG, iovec.iov_base$offset(), into.quote().address());
            data.set(Layouts.NATIVE_LONG, iovec.iov_len$offset(), UdpError.QUOTE_BYTES);
            header.set(Layouts.NATIVE_INT, msghdr.msg_namelen$offset(), SocketAddresses.BYTES);
            header.set(Layouts.NATIVE_LONG, msghdr.msg_controllen$offset(), CONTROL_BYTES);
            long bytes = libc.recvmsg(fd, header.address(), ERRQUEUE);
            if (bytes < 0) {
                return false;
            }
            if (read(into)) {
                into.quoted = (int) Math.min(bytes, UdpError.QUOTE_BYTES);
                return true;
            }
        }
    }

    private boolean read(UdpError into) {
        into.high = SocketAddresses.high(name, 0, ipv6);
        into.low = SocketAddresses.low(name, 0, ipv6);
        into.port = SocketAddresses.port(name, 0);
        into.scope = SocketAddresses.scope(name, 0, ipv6);
        int length = (int) header.get(Layouts.NATIVE_LONG, msghdr.msg_controllen$offset());
        int p = 0;
        while (p + ControlMessages.HEADER <= length) {
            int size = (int) control.get(Layouts.NATIVE_LONG, p);
            if (size < ControlMessages.HEADER || size > length - p) {
                return false;
            }
            int level = control.get(Layouts.NATIVE_INT, p + LEVEL);
            int type = control.get(Layouts.NATIVE_INT, p + TYPE);
            if ((level == SOL_IP && type == IP_RECVERR)
                    || (level == SOL_IPV6 && type == IPV6_RECVERR)) {
                into.errno = control.get(Layouts.NATIVE_INT, p + ERRNO);
                int origin = control.get(Layouts.BYTE, p + ORIGIN);
                int kind = control.get(Layouts.BYTE, p + ICMP_TYPE);
                into.undelivered = kind == (origin == ORIGIN_ICMP ? UNREACHABLE : UNREACHABLE_6);
                return origin == ORIGIN_ICMP || origin == ORIGIN_ICMP6;
            }
            p += ControlMessages.align(size);
        }
        return false;
    }
}
