package dev.taltun.dataplane;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Mailbox;
import dev.taltun.agent.Wakeup;
import dev.taltun.io.Poller;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpSender;
import dev.taltun.metrics.Counters;
import java.util.function.Consumer;

/**
 * The agent behind one UDP socket that sends what others queue: batches of whoever found the socket
 * full, be it a reader, a relay or the control agent.
 *
 * <p>Owns a batch from the moment it takes it out of the queue until it releases it.
 */
public final class UdpWriter implements Agent {
    /**
     * Batches that may wait in each queue: every pool of this socket's producers together stays
     * below it, so an offer never fails.
     */
    public static final int QUEUE = 256;

    private static final int BATCHES_PER_STEP = 16;

    private static final long WAIT_FOR_OTHER_NANOS = 1_000_000;

    private final String name;

    /** What does not wait behind bulk: handshakes, keepalives, what was held for a handshake. */
    private final Line urgent;

    private final Line bulk;
    private final Wakeup wakeup = new Wakeup();
    private final Poller poller;
    private Consumer<Endpoint> refusals = to -> {};

    /** Batches that wait, and the one that is being sent. */
    private static final class Line {
        private final Mailbox<TxBatch> queue = new Mailbox<>(QUEUE);
        private final Transmitter.BatchSender sender;
        private TxBatch pending;

        Line(Transmitter.BatchSender sender) {
            this.sender = sender;
        }

        boolean hasNext() {
            if (pending == null) {
                pending = queue.poll();
            }
            return pending != null;
        }

        void done() {
            pending.release();
            pending = null;
        }
    }

    /**
     * @param poller waits until the socket takes more; this agent's own
     */
    public UdpWriter(
            String name, UdpSender udp, Offloads offloads, Counters.Block counters, Poller poller) {
        this.name = name;
        urgent = new Line(new Transmitter.BatchSender(udp, offloads, counters, to -> {}));
        bulk = new Line(new Transmitter.BatchSender(udp, offloads, counters, this::refused));
        this.poller = poller;
    }

    /** Who is told of refusals to producers that are not urgent; before there are any. */
    public void tellRefusals(ControlPort control) {
        refusals = control::unsendable;
    }

    /** The kernel will not send to there. Any thread of a producer that is not urgent. */
    void refused(Endpoint to) {
        refusals.accept(to);
    }

    Mailbox<TxBatch> queue() {
        return bulk.queue;
    }

    /** The queue that goes first. */
    Mailbox<TxBatch> urgentQueue() {
        return urgent.queue;
    }

    Wakeup wakeup() {
        return wakeup;
    }

    @Override
    public String roleName() {
        return name;
    }

    @Override
    public int doWork() {
        int work = 0;
        while (work < BATCHES_PER_STEP) {
            Line line = urgent.hasNext() ? urgent : bulk;
            if (!line.hasNext() || !line.sender.send(line.pending)) {
                return work;
            }
            line.done();
            work++;
        }
        return work;
    }

    @Override
    public void awaitWork(long maxNanos) {
        TxBatch pending = urgent.pending != null ? urgent.pending : bulk.pending;
        if (pending != null) {
            if (pending.destination(pending.sent()).via() == 0) {
                poller.awaitWritable(maxNanos);
            } else {
                // Another socket than the poller's is full, seldom enough to just look again.
                poller.awaitWakeUp(Math.min(maxNanos, WAIT_FOR_OTHER_NANOS));
            }
            return;
        }
        wakeup.announceSleep();
        if (urgent.queue.isEmpty() && bulk.queue.isEmpty()) {
            poller.awaitWakeUp(maxNanos);
        }
        wakeup.awake();
    }

    @Override
    public void wakeUp() {
        poller.wakeUp();
    }
}
