package dev.taltun.io;

import dev.taltun.ffi.Errno;
import java.io.IOException;

/** A system call that failed at set-up; the message is one line for the user. */
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    private SystemCallException(String message, int errno) {
        super(message);
        this.errno = errno;
    }

    /**
     * @param doing what was being done, with the names of the things involved: "binding UDP port
     *     51820"
     * @param result the call's result, {@code -errno}
     * @param remedy what the user can do, or null when that is not known
     */
    public static SystemCallException of(String doing, long result, String remedy) {
        int errno = (int) -result;
        String words = doing + ": " + Errno.words(errno);
        return new SystemCallException(remedy == null ? words : words + "; " + remedy, errno);
    }

    /** The error number, positive. */
    public int errno() {
        return errno;
    }
}
