package dev.taltun.host;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses in files of the system. */
final class Numeric {
    private Numeric() {}

    /** The address, with its zone if it has one; null for whatever else it is. Asks nobody. */
    static InetAddress address(String text) {
        // A colon, or nothing but digits and dots: never a name, which would be asked for.
        boolean numeric = text.indexOf(':') >= 0 || text.matches("[0-9]+(\\.[0-9]+){3}");
        try {
            return numeric ? InetAddress.getByName(text) : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
