package dev.taltun.control;

import dev.taltun.dataplane.Transmitter;
import dev.taltun.io.udp.TxBatch;

/** The control agent's way to a UDP socket. Called on its thread only. */
public interface BatchOutlet {
    /** An empty batch, or null when all are on their way. */
    TxBatch take();

    /** Sends a batch, and takes it over. */
    void submit(TxBatch batch);

    /** Whether all that was submitted has left. */
    default boolean isIdle() {
        return true;
    }

    /** The way through a transmitter of the control agent's own. */
    static BatchOutlet of(Transmitter transmitter) {
        return new BatchOutlet() {
            @Override
            public TxBatch take() {
                return transmitter.take();
            }

            @Override
            public void submit(TxBatch batch) {
                transmitter.submit(batch);
            }

            @Override
            public boolean isIdle() {
                return transmitter.isIdle();
            }
        };
    }
}
