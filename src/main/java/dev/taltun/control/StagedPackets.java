package dev.taltun.control;

import dev.taltun.dataplane.StagedPacket;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import java.util.ArrayDeque;

/**
 * Packets that wait for their peer's session, oldest first, at most 128 of them.
 *
 * <p>Pools of packets are shared by all peers. So that peers which never answer do not use them up,
 * a peer keeps only 8 packets once three quarters of all are held.
 */
final class StagedPackets {
    /** As many as WireGuard holds for a peer. */
    static final int MOST = 128;

    static final int MOST_WHEN_SCARCE = 8;

    private final Total total;
    private final Counters.Block counters;

    /** Null while nothing waits: most peers of a large hub never need it. */
    private ArrayDeque<StagedPacket> queue;

    /** How many packets all peers hold together. */
    static final class Total {
        private final int scarceFrom;
        private int held;

        /**
         * @param packets in all pools together
         */
        Total(int packets) {
            scarceFrom = packets - packets / 4;
        }

        private int mostForOne() {
            return held >= scarceFrom ? MOST_WHEN_SCARCE : MOST;
        }
    }

    StagedPackets(Total total, Counters.Block counters) {
        this.total = total;
        this.counters = counters;
    }

    /** Takes over a packet, and drops the oldest if there are too many. */
    void add(StagedPacket packet) {
        if (queue == null) {
            queue = new ArrayDeque<>();
        }
        queue.add(packet);
        total.held++;
        while (queue.size() > total.mostForOne()) {
            drop();
        }
    }

    /** The oldest packet, which stays; or null. */
    StagedPacket peek() {
        return queue == null ? null : queue.peek();
    }

    /** Takes out the oldest packet. */
    StagedPacket take() {
        StagedPacket oldest = queue.remove();
        total.held--;
        if (queue.isEmpty()) {
            queue = null;
        }
        return oldest;
    }

    /** Releases the oldest packet, and counts it as lost. */
    private void drop() {
        take().release();
        counters.increment(Counter.DROP_STAGED);
    }

    /**
     * Drops all.
     *
     * @return how many there were
     */
    int dropAll() {
        int dropped = size();
        while (queue != null) {
            drop();
        }
        return dropped;
    }

    int size() {
        return queue == null ? 0 : queue.size();
    }
}
