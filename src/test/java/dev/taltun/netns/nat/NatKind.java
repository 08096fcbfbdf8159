package dev.taltun.netns.nat;

/** What stands between a host and the internet, in the words of RFC 4787. */
public enum NatKind {
    /** Nothing: a public address. */
    OPEN,

    /**
     * What most homes have. The mapping keeps the port if it is free, whatever the destination;
     * only the address and port that were sent to may answer.
     */
    PRESERVING,

    /**
     * Preserving, but the firewall lets strays reach the router itself: such a datagram leaves a
     * conntrack entry that occupies the port towards its sender, so that the host behind gets
     * another port towards that sender alone.
     */
    LEAKY,

    /** Preserving, with ports that were opened by hand: there anyone may call. */
    OPEN_FILTER,

    /** Another random port for every destination; filters as the preserving one does. */
    RANDOM
}
