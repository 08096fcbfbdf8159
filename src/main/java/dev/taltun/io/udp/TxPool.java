package dev.taltun.io.udp;

import java.lang.foreign.Arena;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A fixed number of {@link TxBatch}es of one producing thread, which any thread may give back.
 *
 * <p>The producer takes the batch that came back last, because its memory is likely still in the
 * CPU's cache.
 */
public final class TxPool {
    private final TxBatch[] free;
    private int count;
    private final Predicate<TxBatch> returnsOffer;
    private final Supplier<TxBatch> returnsPoll;

    /**
     * @param arena owner of the slabs
     * @param size how many batches
     * @param returnsOffer puts a batch into a queue with room for {@code size}; any thread
     * @param returnsPoll takes one out of that queue, or null; the producer's thread
     */
    public TxPool(
            Arena arena, int size, Predicate<TxBatch> returnsOffer, Supplier<TxBatch> returnsPoll) {
        free = new TxBatch[size];
        for (int i = 0; i < size; i++) {
            free[i] = new TxBatch(arena, this);
        }
        count = size;
        this.returnsOffer = returnsOffer;
        this.returnsPoll = returnsPoll;
    }

    /** An empty batch, or null when all are in use. The producer only. */
    public TxBatch take() {
        if (count == 0) {
            TxBatch returned;
            while ((returned = returnsPoll.get()) != null) {
                free[count++] = returned;
            }
            if (count == 0) {
                return null;
            }
        }
        return free[--count];
    }

    /** The producer gives back a batch that never left its hands. */
    public void putBack(TxBatch batch) {
        batch.clear();
        free[count++] = batch;
    }

    /** Any thread: the batch goes home. */
    void giveBack(TxBatch batch) {
        if (!returnsOffer.test(batch)) {
            throw new AssertionError("a pool's return queue has room for all its batches");
        }
    }
}
