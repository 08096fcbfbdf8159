package dev.taltun.ffi;

import dev.taltun.ffi.linux.Linux;

/**
 * Error numbers of system calls: constants, names and plain words. {@link Libc} returns them
 * negated; {@link #name} and {@link #words} accept either sign. Stateless, for any thread.
 *
 * <p>The numbers are Linux's generic ones (asm-generic/errno.h), which x86-64 and aarch64 share.
 */
public final class Errno {
    private static final int HIGHEST = 133;

    public static final int EPERM = Linux.EPERM();
    public static final int ENOENT = Linux.ENOENT();
    public static final int ESRCH = Linux.ESRCH();
    public static final int EINTR = Linux.EINTR();
    public static final int EIO = Linux.EIO();
    public static final int ENXIO = Linux.ENXIO();
    public static final int EBADF = Linux.EBADF();
    public static final int EAGAIN = Linux.EAGAIN();
    public static final int ENOMEM = Linux.ENOMEM();
    public static final int EACCES = Linux.EACCES();
    public static final int EBUSY = Linux.EBUSY();
    public static final int EEXIST = Linux.EEXIST();
    public static final int ENODEV = Linux.ENODEV();
    public static final int EINVAL = Linux.EINVAL();
    public static final int EMFILE = Linux.EMFILE();
    public static final int ENOTTY = Linux.ENOTTY();
    public static final int ENOSPC = Linux.ENOSPC();
    public static final int EPIPE = Linux.EPIPE();
    public static final int ERANGE = Linux.ERANGE();
    public static final int ENOSYS = Linux.ENOSYS();
    public static final int EOVERFLOW = Linux.EOVERFLOW();
    public static final int EBADFD = Linux.EBADFD();
    public static final int EMSGSIZE = Linux.EMSGSIZE();
    public static final int ENOPROTOOPT = Linux.ENOPROTOOPT();
    public static final int EPROTONOSUPPORT = Linux.EPROTONOSUPPORT();
    public static final int EOPNOTSUPP = Linux.EOPNOTSUPP();
    public static final int EAFNOSUPPORT = Linux.EAFNOSUPPORT();
    public static final int EADDRINUSE = Linux.EADDRINUSE();
    public static final int EADDRNOTAVAIL = Linux.EADDRNOTAVAIL();
    public static final int ENETDOWN = Linux.ENETDOWN();
    public static final int ENETUNREACH = Linux.ENETUNREACH();
    public static final int ECONNRESET = Linux.ECONNRESET();
    public static final int ENOBUFS = Linux.ENOBUFS();
    public static final int ENOTCONN = Linux.ENOTCONN();
    public static final int ECONNREFUSED = Linux.ECONNREFUSED();
    public static final int EHOSTUNREACH = Linux.EHOSTUNREACH();

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
