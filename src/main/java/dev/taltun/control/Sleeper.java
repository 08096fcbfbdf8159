package dev.taltun.control;

import dev.taltun.io.Poller;

/** How the control agent sleeps: in the kernel, or not at all in a test. */
public interface Sleeper {
    /** Sleeps until {@link #wakeUp()} or until the time is over. The control agent only. */
    void sleep(long maxNanos);

    /** Ends the sleep, or the next one at once. Any thread. */
    void wakeUp();

    /**
     * Sleeps in a poller of the control agent's own, which the caller closes; its descriptor ends
     * the sleep, too.
     */
    static Sleeper of(Poller poller) {
        return new Sleeper() {
            @Override
            public void sleep(long maxNanos) {
                poller.awaitReadable(maxNanos);
            }

            @Override
            public void wakeUp() {
                poller.wakeUp();
            }
        };
    }
}
