package dev.taltun.ffi;

/**
 * Error numbers of system calls: constants, names and plain words. {@link Libc} returns them
 * negated; {@link #name} and {@link #words} accept either sign. Stateless, for any thread.
 *
 * <p>The numbers are Linux's generic ones (asm-generic/errno.h), which x86-64 and aarch64 share.
 * They are compile-time constants, unlike the generated ones, so that a switch can name them.
 */
public final class Errno {
    private static final int HIGHEST = 133;

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ENOSPC = 28;
    public static final int EPIPE = 32;
    public static final int ERANGE = 34;
    public static final int ENOSYS = 38;
    public static final int ENONET = 64;
    public static final int EPROTO = 71;
    public static final int EOVERFLOW = 75;
    public static final int EBADFD = 77;
    public static final int EFAULT = 14;
    public static final int EMSGSIZE = 90;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int ENOTCONN = 107;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;

    /**
     * Name and words by number: every error that a call of {@link Libc} is documented to return.
     */
    private static final String[] TABLE =
            parse(
                    """
                    1 EPERM operation not permitted
                    2 ENOENT no such file or directory
                    3 ESRCH no such process
                    4 EINTR interrupted system call
                    5 EIO input/output error
                    6 ENXIO no such device or address
                    7 E2BIG argument list too long
                    9 EBADF bad file descriptor
                    11 EAGAIN resource temporarily unavailable
                    12 ENOMEM cannot allocate memory
                    13 EACCES permission denied
                    14 EFAULT bad address
                    16 EBUSY device or resource busy
                    17 EEXIST file exists
                    18 EXDEV invalid cross-device link
                    19 ENODEV no such device
                    20 ENOTDIR not a directory
                    21 EISDIR is a directory
                    22 EINVAL invalid argument
                    23 ENFILE too many open files in system
                    24 EMFILE too many open files
                    25 ENOTTY inappropriate ioctl for device
                    27 EFBIG file too large
                    28 ENOSPC no space left on device
                    30 EROFS read-only file system
                    32 EPIPE broken pipe
                    34 ERANGE numerical result out of range
                    36 ENAMETOOLONG file name too long
                    38 ENOSYS function not implemented
                    40 ELOOP too many levels of symbolic links
                    61 ENODATA no data available
                    64 ENONET machine is not on the network
                    71 EPROTO protocol error
                    74 EBADMSG bad message
                    75 EOVERFLOW value too large for defined data type
                    77 EBADFD file descriptor in bad state
                    88 ENOTSOCK socket operation on non-socket
                    89 EDESTADDRREQ destination address required
                    90 EMSGSIZE message too long
                    92 ENOPROTOOPT protocol not available
                    93 EPROTONOSUPPORT protocol not supported
                    95 EOPNOTSUPP operation not supported
                    96 EPFNOSUPPORT protocol family not supported
                    97 EAFNOSUPPORT address family not supported by protocol
                    98 EADDRINUSE address already in use
                    99 EADDRNOTAVAIL cannot assign requested address
                    100 ENETDOWN network is down
                    101 ENETUNREACH network is unreachable
                    102 ENETRESET network dropped connection on reset
                    103 ECONNABORTED software caused connection abort
                    104 ECONNRESET connection reset by peer
                    105 ENOBUFS no buffer space available
                    106 EISCONN transport endpoint is already connected
                    107 ENOTCONN transport endpoint is not connected
                    110 ETIMEDOUT connection timed out
                    111 ECONNREFUSED connection refused
                    112 EHOSTDOWN host is down
                    113 EHOSTUNREACH no route to host
                    114 EALREADY operation already in progress
                    115 EINPROGRESS operation now in progress
                    116 ESTALE stale file handle
                    125 ECANCELED operation canceled
                    """);

    private Errno() {}

    /** "EPERM" for 1 or -1; "errno 4095" for a number without a name. */
    public static String name(int errno) {
        String entry = entry(errno);
        return entry == null ? unknown(errno) : entry.substring(0, entry.indexOf(' '));
    }

    /** "operation not permitted" for 1 or -1; "errno 4095" for a number without a name. */
    public static String words(int errno) {
        String entry = entry(errno);
        return entry == null ? unknown(errno) : entry.substring(entry.indexOf(' ') + 1);
    }

    private static String entry(int errno) {
        int number = Math.abs(errno);
        return number >= 0 && number < TABLE.length ? TABLE[number] : null;
    }

    private static String unknown(int errno) {
        return "errno " + Math.abs((long) errno);
    }

    private static String[] parse(String lines) {
        String[] table = new String[HIGHEST + 1];
        lines.lines()
                .forEach(
                        line -> {
                            int space = line.indexOf(' ');
                            int number = Integer.parseInt(line.substring(0, space));
                            table[number] = line.substring(space + 1);
                        });
        return table;
    }
}
