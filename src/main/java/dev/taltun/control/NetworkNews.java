package dev.taltun.control;

/**
 * Decides when to act on a change of this machine's network: at once on the first, and then not on
 * each of those that follow, for one cable comes with a link, addresses and routes, and a machine
 * may have a link that comes and goes all day. Control agent's thread.
 */
final class NetworkNews {
    private static final long MILLI_NANOS = 1_000_000;
    private static final long GAP_MIN_NANOS = 200 * MILLI_NANOS;
    private static final long GAP_MAX_NANOS = 12_800 * MILLI_NANOS;

    /** Without news for this long, the next are the first. */
    private static final long CALM_NANOS = 30_000 * MILLI_NANOS;

    private final LocalNetwork network;
    private boolean pending;
    private long actedAt;
    private long gap;

    NetworkNews(LocalNetwork network) {
        this.network = network;
    }

    /** Whether to act now. */
    boolean isDue(long now) {
        pending |= network.changed(now);
        if (!pending || now < notBefore()) {
            return false;
        }
        boolean calm = actedAt == 0 || now - actedAt >= CALM_NANOS;
        gap = calm ? GAP_MIN_NANOS : Math.min(2 * gap, GAP_MAX_NANOS);
        actedAt = now;
        pending = false;
        return true;
    }

    private long notBefore() {
        return actedAt == 0 ? Long.MIN_VALUE : actedAt + gap;
    }

    /** When to ask {@link #isDue} although nothing else happens, or {@link Long#MAX_VALUE}. */
    long deadline() {
        return pending ? notBefore() : Long.MAX_VALUE;
    }
}
