package dev.taltun.bench;

/**
 * A size of UDP payload in bytes, and where its figures go. The largest passes every tunnel whole.
 */
enum Payload {
    SMALL(64, Axis.UDP_64, Axis.FLOOD_64),
    MEDIUM(512, Axis.UDP_512, Axis.FLOOD_512),
    FULL(1372, Axis.UDP_1372, Axis.FLOOD_1372);

    private final int bytes;
    private final Axis lossFree;
    private final Axis flood;

    Payload(int bytes, Axis lossFree, Axis flood) {
        this.bytes = bytes;
        this.lossFree = lossFree;
        this.flood = flood;
    }

    int bytes() {
        return bytes;
    }

    Axis lossFree() {
        return lossFree;
    }

    Axis flood() {
        return flood;
    }
}
