package dev.taltun.config;

import dev.taltun.routing.IpAddress;

/**
 * Where the engine listens.
 *
 * @param address a local address; {@code ::} means every address of both families, {@code 0.0.0.0}
 *     every IPv4 address
 * @param port 0 to 65535; 0 lets the kernel choose
 */
public record ListenAddress(IpAddress address, int port) {
    public ListenAddress {
        if (port < 0 || port > HostPort.PORT_MAX) {
            throw new IllegalArgumentException("a port is 0 to 65535");
        }
    }

    /** Every address of both families. */
    public static ListenAddress any(int port) {
        return new ListenAddress(IpAddress.v6(0, 0), port);
    }

    /**
     * Reads {@code 0.0.0.0:51820}, {@code [::]:51820} or {@code :51820} (both families).
     *
     * @throws IllegalArgumentException with a one-line reason
     */
    public static ListenAddress parse(String text) {
        HostPort parts = HostPort.split(text);
        if (parts.host().isEmpty() && !parts.bracketed()) {
            return any(parts.port());
        }
        try {
            return new ListenAddress(IpAddress.parse(parts.host()), parts.port());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage()
                            + "; use one of this machine's addresses, 0.0.0.0, or [::] for both"
                            + " families",
                    e);
        }
    }

    @Override
    public String toString() {
        return HostPort.join(address.toString(), port);
    }
}
