package dev.taltun.agent;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * A bounded queue from any number of threads to one agent. Neither side allocates, locks or blocks.
 *
 * <p>Carries pooled objects: whoever takes one out owns it. The consumer is woken by the {@link
 * Wakeup} only when it said that it is about to sleep, so a busy consumer costs producers nothing.
 *
 * @param <T> what is carried
 */
public final class Mailbox<T> {
    private final MessagePassingQueue<T> queue;

    /**
     * @param capacity rounded up to a power of two; when full, {@link #offer} refuses
     */
    public Mailbox(int capacity) {
        queue = new MpscVarHandleArrayQueue<>(capacity);
    }

    /** Any thread. Returns false when the mailbox is full: the caller still owns the item. */
    public boolean offer(T item) {
        return queue.offer(item);
    }

    /** The consuming agent only. Returns null when there is nothing. */
    public T poll() {
        return queue.relaxedPoll();
    }

    /** Whether nothing is waiting; exact on the consumer's thread, a hint on others. */
    public boolean isEmpty() {
        return queue.isEmpty();
    }

    /** How many are waiting: a hint. */
    public int size() {
        return queue.size();
    }

    /** Most items that can wait. */
    public int capacity() {
        return queue.capacity();
    }
}
