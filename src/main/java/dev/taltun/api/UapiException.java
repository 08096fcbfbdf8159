package dev.taltun.api;

/** A request that is refused, with the error number that its sender is told. */
final class UapiException extends Exception {
    private static final long serialVersionUID = 1;

    /** Input/output error: also what nothing else fits. */
    static final int EIO = 5;

    /** Not a key or value that there is. */
    static final int EINVAL = 22;

    /** Not lines of key=value. */
    static final int EPROTO = 71;

    /** The port is another socket's. */
    static final int EADDRINUSE = 98;

    private final int errno;

    UapiException(int errno, Throwable cause) {
        super("errno " + errno, cause);
        this.errno = errno;
    }

    static UapiException invalid() {
        return new UapiException(EINVAL, null);
    }

    /** Positive, as the man pages have it. */
    int errno() {
        return errno;
    }
}
