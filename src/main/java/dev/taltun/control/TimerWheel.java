package dev.taltun.control;

import java.util.Arrays;

/**
 * A hashed timer wheel (Varghese and Lauck, scheme 6): starting, moving and stopping a timer cost
 * the same whether there are ten of them or ten thousand, and so does a tick.
 *
 * <pre>
 *   slots    | 0 | 1 | 2 | 3 | ... | 1023 |      one tick of 67 ms each, 69 s all together
 *                      ^ tick
 *   slot 3:  timer &lt;-&gt; timer &lt;-&gt; timer            intrusive list, nothing is allocated
 * </pre>
 *
 * <p>A timer never expires early, and at most a tick late. A deadline beyond the wheel's span
 * expires at the span's end; its owner looks what is due and starts it again, so there are no
 * rounds to count.
 *
 * <p>Belongs to one thread.
 */
final class TimerWheel {
    private static final int TICK_SHIFT = 26;

    /** Length of a tick in nanoseconds: 67 ms. */
    static final long TICK_NANOS = 1L << TICK_SHIFT;

    private static final int SLOTS = 1024;
    private static final int MASK = SLOTS - 1;

    private final Timer[] slots = new Timer[SLOTS];

    /** A bit for each slot that holds a timer: finds the next deadline in 16 steps. */
    private final long[] occupied = new long[SLOTS / Long.SIZE];

    /** The tick that is or was handled last. */
    private long tick;

    private int size;

    /** Whom a timer wakes. */
    @FunctionalInterface
    interface Expiry {
        /** The deadline has passed; the timer is stopped and may be started again. */
        void onTimer(long now);
    }

    /** One timer: running while it is in a wheel. */
    static final class Timer {
        private final Expiry expiry;
        private Timer before;
        private Timer after;
        private long at = STOPPED;

        private static final long STOPPED = Long.MIN_VALUE;

        Timer(Expiry expiry) {
            this.expiry = expiry;
        }

        boolean isRunning() {
            return at != STOPPED;
        }
    }

    /**
     * @param now the time from which on timers are started
     */
    TimerWheel(long now) {
        tick = now >> TICK_SHIFT;
    }

    /** Starts a timer, or moves it. */
    void start(Timer timer, long deadlineNanos) {
        long wanted = (deadlineNanos >> TICK_SHIFT) + 1;
        long at = Math.max(tick + 1, Math.min(wanted, tick + SLOTS - 1));
        if (at == timer.at) {
            return;
        }
        stop(timer);
        int slot = (int) at & MASK;
        timer.at = at;
        timer.after = slots[slot];
        if (timer.after != null) {
            timer.after.before = timer;
        }
        slots[slot] = timer;
        occupied[slot / Long.SIZE] |= 1L << slot;
        size++;
    }

    /** Stops a timer; one that does not run is left alone. */
    void stop(Timer timer) {
        if (!timer.isRunning()) {
            return;
        }
        int slot = (int) timer.at & MASK;
        if (timer.before == null) {
            slots[slot] = timer.after;
        } else {
            timer.before.after = timer.after;
        }
        if (timer.after != null) {
            timer.after.before = timer.before;
        }
        if (slots[slot] == null) {
            occupied[slot / Long.SIZE] &= ~(1L << slot);
        }
        timer.before = null;
        timer.after = null;
        timer.at = Timer.STOPPED;
        size--;
    }

    /**
     * Wakes the owners of timers whose deadline has passed.
     *
     * @param most how many to wake at most; the others come with the next call
     * @return how many were woken
     */
    int advance(long now, int most) {
        long target = now >> TICK_SHIFT;
        int woken = 0;
        while (size > 0) {
            Timer timer;
            while ((timer = slots[(int) tick & MASK]) != null) {
                if (woken == most) {
                    return woken;
                }
                stop(timer);
                timer.expiry.onTimer(now);
                woken++;
            }
            if (tick >= target) {
                return woken;
            }
            tick++;
        }
        tick = Math.max(tick, target);
        return woken;
    }

    /** When {@link #advance} has something to do next; {@link Long#MAX_VALUE} if no timer runs. */
    long nextDeadline() {
        if (size == 0) {
            return Long.MAX_VALUE;
        }
        int first = (int) tick & MASK;
        for (int i = 0; i <= occupied.length; i++) {
            int word = (first / Long.SIZE + i) % occupied.length;
            long bits = occupied[word];
            if (i == 0) {
                bits &= -1L << first;
            } else if (i == occupied.length) {
                bits &= ~(-1L << first);
            }
            if (bits != 0) {
                int slot = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                return (tick + (slot - first & MASK)) << TICK_SHIFT;
            }
        }
        throw new AssertionError("a running timer is in some slot");
    }

    /** How many timers run. */
    int size() {
        return size;
    }

    /** Stops all timers. */
    void clear() {
        for (Timer timer : slots) {
            while (timer != null) {
                Timer after = timer.after;
                stop(timer);
                timer = after;
            }
        }
        Arrays.fill(occupied, 0);
    }
}
