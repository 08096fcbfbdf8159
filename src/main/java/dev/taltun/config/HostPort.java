package dev.taltun.config;

/**
 * The two halves of {@code host:port}, not yet looked at closely.
 *
 * @param host what stands before the last colon, or between the brackets
 * @param port 0 to 65535
 * @param bracketed whether the host stood in brackets, so that it must be an IPv6 address
 */
record HostPort(String host, int port, boolean bracketed) {
    static final int PORT_MAX = 65535;

    static HostPort split(String text) {
        boolean bracketed = text.startsWith("[");
        int hostStart = bracketed ? 1 : 0;
        int hostEnd = bracketed ? text.indexOf(']') : text.lastIndexOf(':');
        int colon = bracketed ? hostEnd + 1 : hostEnd;
        if (hostEnd < 0 || colon >= text.length() || text.charAt(colon) != ':') {
            throw new IllegalArgumentException("the port is missing; write " + example(text));
        }
        String host = text.substring(hostStart, hostEnd);
        if (!bracketed && host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "an IPv6 address needs brackets before a port; write [address]:port");
        }
        return new HostPort(host, port(text.substring(colon + 1)), bracketed);
    }

    private static String example(String text) {
        return text.startsWith("[") ? "[address]:51820" : "host:51820";
    }

    private static int port(String digits) {
        int port = digits.isEmpty() || digits.length() > 5 ? -1 : 0;
        for (int i = 0; i < digits.length() && port >= 0; i++) {
            char c = digits.charAt(i);
            port = c < '0' || c > '9' ? -1 : port * 10 + (c - '0');
        }
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException(
                    "the port is not a number from 0 to 65535; write it after the last \":\"");
        }
        return port;
    }

    static String join(String host, int port) {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
