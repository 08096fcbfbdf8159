package dev.taltun.noise;

import dev.taltun.protocol.Limits;

/**
 * Tells whether the engine is under load, so that senders of handshake messages must prove their
 * address by a cookie (WireGuard paper, section 5.3): now, or within the last second,
 *
 * <ul>
 *   <li>the queue of handshake messages is an eighth full, or
 *   <li>messages that come to nothing take more than a quarter of a core, for longer than a moment.
 * </ul>
 *
 * <p>The second is a bucket of nanoseconds: wasted work goes in, a quarter of the time that passes
 * runs out. It counts what cookies save, too, at what such a message cost when it was last looked
 * at; else the load would seem to be over as soon as cookies help. Handshakes that succeed do not
 * count: thousands of peers that come back after a restart are no flood, and only wait in the
 * queue.
 *
 * <p>Control agent's thread.
 */
public final class LoadDetector {
    /** Any message that must be looked at on the curve costs about as much, on a fast machine. */
    private static final long COST_MIN_NANOS = 60_000;

    /** More is the work of others, who took the CPU meanwhile. */
    private static final long COST_MAX_NANOS = 1_000_000;

    /** Work wasted at once that is no load yet: some hundred messages. */
    private static final long WASTE_MOMENT_NANOS = 25_000_000;

    private boolean wasLoaded;
    private long lastLoadedNanos;
    private long costNanos = COST_MIN_NANOS;
    private long wasteNanos;
    private long wasteAtNanos;

    /**
     * Looks at the queue before a message of it is handled.
     *
     * @param queued messages that wait
     * @param capacity of the queue
     */
    public boolean isUnderLoad(int queued, int capacity, long nowNanos) {
        if (queued >= Math.max(1, capacity / Limits.UNDER_LOAD_QUEUE_PART)) {
            loaded(nowNanos);
            return true;
        }
        wasLoaded &= nowNanos - lastLoadedNanos < Limits.UNDER_LOAD_AFTER_TIME_NANOS;
        return wasLoaded;
    }

    /**
     * A message was looked at on the curve and came to nothing.
     *
     * @param took how long that took
     */
    public void wasted(long took, long nowNanos) {
        long cost = Math.clamp(took, COST_MIN_NANOS, COST_MAX_NANOS);
        costNanos += (cost - costNanos) / 8;
        waste(cost, nowNanos);
    }

    /** A message was not looked at, because its sender has to prove its address first. */
    public void spared(long nowNanos) {
        waste(costNanos, nowNanos);
    }

    private void waste(long cost, long nowNanos) {
        long ranOut = (nowNanos - wasteAtNanos) / Limits.UNDER_LOAD_CORE_PART;
        wasteAtNanos = nowNanos;
        long left = Math.max(0, wasteNanos - ranOut);
        // Not more, so that the end of a flood is noticed soon however large it was.
        wasteNanos = Math.min(left + cost, 2 * WASTE_MOMENT_NANOS);
        if (wasteNanos > WASTE_MOMENT_NANOS) {
            loaded(nowNanos);
        }
    }

    private void loaded(long nowNanos) {
        wasLoaded = true;
        lastLoadedNanos = nowNanos;
    }
}
