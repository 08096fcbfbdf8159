package dev.taltun.agent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Decides whether a sleeping consumer must be woken: a producer signals only when the consumer has
 * announced its sleep, and only one producer does.
 *
 * <p>Consumer: {@link #announceSleep()}, look into the queues once more, sleep, {@link #awake()}.
 * Producer: put into the queue, then {@link #claim()}; when true, signal (eventfd, unpark). The
 * full fences on both sides make it impossible that the consumer misses the item and the producer
 * misses the announcement.
 */
public final class Wakeup {
    private static final VarHandle SLEEPING;

    static {
        try {
            SLEEPING =
                    MethodHandles.lookup().findVarHandle(Wakeup.class, "sleeping", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private boolean sleeping;

    /** Consumer: about to sleep. */
    public void announceSleep() {
        SLEEPING.setVolatile(this, true);
        VarHandle.fullFence();
    }

    /** Consumer: not sleeping any more. */
    public void awake() {
        SLEEPING.setOpaque(this, false);
    }

    /** Producer: whether this caller has to signal the consumer. */
    public boolean claim() {
        VarHandle.fullFence();
        return (boolean) SLEEPING.getOpaque(this) && SLEEPING.compareAndSet(this, true, false);
    }
}
