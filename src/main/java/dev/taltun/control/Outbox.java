package dev.taltun.control;

import dev.taltun.dataplane.StagedPacket;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import java.util.ArrayList;
import java.util.List;

/**
 * What the control agent sends in one step, gathered in one batch as long as it fits.
 *
 * <p>Belongs to the control agent's thread.
 */
final class Outbox {
    private final BatchOutlet outlet;
    private final Counters.Block counters;

    /** Sealed, but perhaps not yet sent: packet threads stage what follows these, too. */
    private final List<StagedPacket> sealed = new ArrayList<>();

    private TxBatch open;

    Outbox(BatchOutlet outlet, Counters.Block counters) {
        this.outlet = outlet;
        this.counters = counters;
    }

    /**
     * The batch at whose end to write the next message.
     *
     * @param bytes length of the message
     * @return null when every batch is in use, which is counted
     */
    TxBatch batchFor(int bytes) {
        if (open != null && (open.isFull() || !open.hasRoom(bytes))) {
            flush();
        }
        if (open == null) {
            open = outlet.take();
            if (open == null) {
                counters.increment(Counter.DROP_NO_BATCH);
            }
        }
        return open;
    }

    /** Sends what was gathered. */
    void flush() {
        if (open != null) {
            outlet.submit(open);
            open = null;
        }
        if (!sealed.isEmpty() && outlet.isIdle()) {
            sealed.forEach(StagedPacket::release);
            sealed.clear();
        }
    }

    /** Takes over a packet that was sealed; releases it when it has left. */
    void releaseWhenSent(StagedPacket packet) {
        sealed.add(packet);
    }

    /** Whether something is on its way that packet threads wait for. */
    boolean isAwaited() {
        return !sealed.isEmpty();
    }

    /** Nothing more will be sent. */
    void close() {
        flush();
        sealed.forEach(StagedPacket::release);
        sealed.clear();
    }
}
