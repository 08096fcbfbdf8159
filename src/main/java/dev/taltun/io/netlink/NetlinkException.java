package dev.taltun.io.netlink;

import java.io.IOException;

/**
 * The kernel refused a change or a question. The message is one line for the user: what was being
 * done, what was wrong, and the remedy.
 */
public final class NetlinkException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    NetlinkException(String message, int errno) {
        super(message);
        this.errno = errno;
    }

    /** The kernel's error number, positive: see {@link dev.taltun.ffi.Errno}. */
    public int errno() {
        return errno;
    }
}
