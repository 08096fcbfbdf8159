package dev.taltun.config;

import dev.taltun.routing.IpAddress;
import java.util.Optional;

/**
 * Where a peer is reached: an address or a DNS name, and a UDP port. A name stays a name; asking
 * for its address (and asking again) is the engine's work.
 *
 * @param host an address in canonical text, or a DNS name; without brackets
 * @param port 1 to 65535
 */
public record Endpoint(String host, int port) {
    /** Limits of RFC 1035, section 2.3.4. */
    private static final int NAME_MAX = 253;

    private static final int LABEL_MAX = 63;

    public Endpoint {
        if (port < 1 || port > HostPort.PORT_MAX) {
            throw new IllegalArgumentException("an endpoint's port is 1 to 65535");
        }
    }

    /**
     * Reads {@code 203.0.113.5:51820}, {@code [2001:db8::1]:51820} or {@code
     * vpn.example.com:51820}. Never asks a resolver.
     *
     * @throws IllegalArgumentException with a one-line reason
     */
    public static Endpoint parse(String text) {
        HostPort parts = HostPort.split(text);
        if (parts.port() == 0) {
            throw new IllegalArgumentException("port 0 cannot be sent to; use 1 to 65535");
        }
        if (parts.bracketed() || !isName(parts.host())) {
            return new Endpoint(address(parts).toString(), parts.port());
        }
        return new Endpoint(parts.host(), parts.port());
    }

    private static IpAddress address(HostPort parts) {
        try {
            IpAddress address = IpAddress.parse(parts.host());
            if (address.v6() && address.high() == 0 && address.low() >>> 32 == 0xffff) {
                // A mapped address is an IPv4 one in disguise; sockets would treat it as such.
                address = IpAddress.v4((int) address.low());
            }
            if (address.isUnspecified() || address.isMulticast()) {
                throw new IllegalArgumentException(
                        address + " is not the address of one host; use the peer's own address");
            }
            return address;
        } catch (IllegalArgumentException e) {
            if (e.getMessage().contains(";")) {
                throw e;
            }
            throw new IllegalArgumentException(
                    e.getMessage() + "; write address:port, [IPv6 address]:port or name:port", e);
        }
    }

    /**
     * Letters, digits, hyphens, underscores and dots, the last label not a number (RFC 1123, 2.1).
     */
    private static boolean isName(String host) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (name.isEmpty() || name.length() > NAME_MAX) {
            return false;
        }
        String[] labels = name.split("\\.", -1);
        for (String label : labels) {
            if (label.isEmpty()
                    || label.length() > LABEL_MAX
                    || label.startsWith("-")
                    || label.endsWith("-")
                    || !label.chars().allMatch(Endpoint::isNameCharacter)) {
                return false;
            }
        }
        return labels[labels.length - 1].chars().anyMatch(c -> c < '0' || c > '9');
    }

    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_';
    }

    /** The address, unless {@link #host()} is a DNS name. */
    public Optional<IpAddress> address() {
        if (host.indexOf(':') < 0 && isName(host)) {
            return Optional.empty();
        }
        return Optional.of(IpAddress.parse(host));
    }

    /** As a user would write it. */
    @Override
    public String toString() {
        return HostPort.join(host, port);
    }
}
