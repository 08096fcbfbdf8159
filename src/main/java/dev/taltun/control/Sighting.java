package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;

/**
 * Where a lighthouse saw us.
 *
 * @param place what our datagrams came from
 * @param way how the lighthouse was reached then: its place, and our own address towards it
 * @param at when it said so
 */
record Sighting(Endpoint place, Endpoint way, long at) {
    /** Registrations come every 8 to 13 s: older than this is of another time. */
    static final long TOGETHER_NANOS = 15_000_000_000L;

    /**
     * Whether the two can tell of one NAT: at about the same time, in the same family, from the
     * same address of ours. A machine with two lines is seen at two places by two lighthouses.
     */
    boolean isComparableTo(Sighting other) {
        return Math.abs(at - other.at) <= TOGETHER_NANOS
                && place.isIpv4() == other.place.isIpv4()
                && way.localHigh() == other.way.localHigh()
                && way.localLow() == other.way.localLow();
    }

    /** Whether it is not our own address: there is a NAT. */
    boolean isTranslated() {
        return place.high() != way.localHigh() || place.low() != way.localLow();
    }

    boolean isSamePlace(Sighting other) {
        return place.sameRemote(other.place);
    }

    /** Our own address towards the lighthouse, as text; empty if the kernel did not say. */
    String from() {
        if (!way.hasLocal()) {
            return "";
        }
        return new Endpoint(way.localHigh(), way.localLow(), 0, 0, 0, 0)
                .toSocketAddress()
                .getAddress()
                .getHostAddress();
    }
}
