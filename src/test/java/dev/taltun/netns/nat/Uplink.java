package dev.taltun.netns.nat;

import dev.taltun.netns.Namespace;

/** Where a host or a router gets its addresses from: the internet, or the router of a home. */
public interface Uplink {
    /** Joins a namespace by this device, gives it addresses and a default route. */
    Line attach(Namespace namespace, String device);

    /**
     * What somebody who was joined got.
     *
     * @param address IPv4, without prefix length
     * @param prefixLength of the network on the line
     * @param gateway IPv4 address of the other end
     * @param address6 IPv6, or empty where there is none
     */
    record Line(String address, int prefixLength, String gateway, String address6) {
        /** The address with the prefix length. */
        public String cidr() {
            return address + "/" + prefixLength;
        }
    }
}
