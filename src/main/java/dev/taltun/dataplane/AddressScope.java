package dev.taltun.dataplane;

/**
 * What an address says about who may get a packet: groups, and addresses that mean something on one
 * link or in one host only, which no router passes on (RFC 1812, section 5.3.7; RFC 3927, section
 * 7; RFC 4291, section 2.5).
 */
final class AddressScope {
    private AddressScope() {}

    /** 224.0.0.0/4. */
    static boolean isGroup4(int address) {
        return address >>> 28 == 0xe;
    }

    /** ff00::/8. */
    static boolean isGroup6(long high) {
        return high >>> 56 == 0xff;
    }

    /** 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 and 240.0.0.0/4. */
    static boolean staysHere4(int address) {
        int net = address >>> 24;
        return net == 0 || net == 127 || net >= 240 || address >>> 16 == 0xa9fe;
    }

    /** ::, ::1 and fe80::/10. */
    static boolean staysHere6(long high, long low) {
        return high >>> 54 == 0x3fa || (high == 0 && (low == 0 || low == 1));
    }
}
