package dev.taltun.noise;

import dev.taltun.protocol.Limits;

/**
 * Tells whether the engine is under load: the queue of handshake messages is an eighth full, or was
 * within the last second. Then senders must prove their address by a cookie (WireGuard paper,
 * section 5.3). Control agent's thread.
 */
public final class LoadDetector {
    private boolean wasLoaded;
    private long lastLoadedNanos;

    /**
     * Looks at the queue before a message of it is handled.
     *
     * @param queued messages that wait
     * @param capacity of the queue
     */
    public boolean isUnderLoad(int queued, int capacity, long nowNanos) {
        if (queued >= Math.max(1, capacity / Limits.UNDER_LOAD_QUEUE_PART)) {
            wasLoaded = true;
            lastLoadedNanos = nowNanos;
            return true;
        }
        wasLoaded &= nowNanos - lastLoadedNanos < Limits.UNDER_LOAD_AFTER_TIME_NANOS;
        return wasLoaded;
    }
}
