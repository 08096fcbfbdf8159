package dev.taltun.agent;

/**
 * The work of one thread, cut into short steps so that a test can run several agents on one thread
 * with a manual clock.
 *
 * <p>All methods but {@link #wakeUp()} are called by the agent's own thread only, so an agent's
 * state is plain.
 */
public interface Agent {
    /** Name of the thread, as seen in {@code top -H} (the kernel shows 15 characters). */
    String roleName();

    /** Called once, on the agent's thread, before the first {@link #doWork()}. */
    default void onStart() {}

    /**
     * Does what there is to do, without blocking and in bounded time.
     *
     * @return amount of work done; 0 means that the agent may sleep in {@link #awaitWork(long)}: no
     *     more is known to be there, and what was done has left
     */
    int doWork();

    /** What its thread does while there is no work; asked once. */
    default IdleStrategy idleStrategy() {
        return IdleStrategy.sleeping();
    }

    /**
     * Sleeps in the kernel until there may be work, {@link #wakeUp()} is called, or the time is
     * over. May return early.
     *
     * @param maxNanos longest sleep in nanoseconds
     */
    void awaitWork(long maxNanos);

    /** Ends a sleep in {@link #awaitWork(long)}, or the next one at once. Any thread. */
    void wakeUp();

    /** Called once, on the agent's thread, after the last {@link #doWork()}. */
    default void onClose() {}
}
