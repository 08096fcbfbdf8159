package dev.taltun.ffi;

/**
 * Sizes and offsets, in bytes, of kernel structs that every start needs and whose generated classes
 * are costly to touch: they hold handles of arrays, for which the JDK makes some twenty classes at
 * run time. A test compares them with the generated ones.
 */
public final class Structs {
    /** {@code struct sockaddr_in}. */
    public static final int SOCKADDR_IN_BYTES = 16;

    /** {@code struct sockaddr_in6}. */
    public static final int SOCKADDR_IN6_BYTES = 28;

    /** {@code sa_family}, of every kind of address. */
    public static final int SOCKADDR_FAMILY = 0;

    /** {@code sin_port} and {@code sin6_port}. */
    public static final int SOCKADDR_PORT = 2;

    /** {@code sin_addr}. */
    public static final int SOCKADDR_IN_ADDRESS = 4;

    /** {@code sin6_addr}. */
    public static final int SOCKADDR_IN6_ADDRESS = 8;

    /** {@code sin6_scope_id}. */
    public static final int SOCKADDR_IN6_SCOPE = 24;

    /** {@code struct sockaddr_un}. */
    public static final int SOCKADDR_UN_BYTES = 110;

    /** {@code sun_path}. */
    public static final int SOCKADDR_UN_PATH = 2;

    /** {@code struct ifreq}. */
    public static final int IFREQ_BYTES = 40;

    private Structs() {}
}
