package dev.taltun.control;

/** What one peer may ask for: so much a second, and some more at once. One thread. */
final class Allowance {
    private final long interval;
    private final long credit;
    private long next;

    /**
     * @param interval from one to the next, in nanoseconds
     * @param atOnce how many may come together after a pause
     */
    Allowance(long interval, int atOnce) {
        this.interval = interval;
        credit = atOnce * interval;
    }

    /** Takes one if there is one. */
    boolean take(long now) {
        long from = Math.max(next, now - credit);
        if (from >= now) {
            return false;
        }
        next = from + interval;
        return true;
    }

    /** When there is one again, after {@link #take} found none. */
    long nextAt() {
        return next + 1;
    }
}
