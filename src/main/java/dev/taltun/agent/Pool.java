package dev.taltun.agent;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A fixed number of reusable objects of one taking agent, which any thread may give back.
 *
 * <p>The taker gets the object that came back last, because its memory is likely still in the CPU's
 * cache. Nothing is allocated after construction.
 *
 * @param <T> what is pooled
 */
public final class Pool<T> {
    private final Object[] free;
    private int count;
    private final Mailbox<T> returns;

    /**
     * @param size how many objects
     * @param factory makes one
     * @param setHome tells an object how any thread gives it back
     */
    public Pool(int size, Supplier<T> factory, BiConsumer<T, Consumer<T>> setHome) {
        free = new Object[size];
        returns = new Mailbox<>(Math.max(2, size));
        Consumer<T> home = this::giveBack;
        for (int i = 0; i < size; i++) {
            T item = factory.get();
            setHome.accept(item, home);
            free[i] = item;
        }
        count = size;
    }

    private void giveBack(T item) {
        if (!returns.offer(item)) {
            throw new AssertionError("a pool's return queue has room for all its objects");
        }
    }

    /** An object, or null when all are in use. The taking agent only. */
    @SuppressWarnings("unchecked")
    public T take() {
        if (count == 0) {
            collect();
            if (count == 0) {
                return null;
            }
        }
        T item = (T) free[--count];
        free[count] = null;
        return item;
    }

    /** Gives back an object that never left the taking agent. */
    public void putBack(T item) {
        free[count++] = item;
    }

    /** Whether no other thread holds an object. The taking agent only. */
    public boolean allButTaken(int taken) {
        if (count + taken < free.length) {
            collect();
        }
        return count + taken == free.length;
    }

    private void collect() {
        T item;
        while ((item = returns.poll()) != null) {
            free[count++] = item;
        }
    }
}
