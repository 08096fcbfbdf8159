package dev.taltun.dataplane;

import dev.taltun.agent.Mailbox;
import dev.taltun.agent.Pool;
import dev.taltun.agent.Wakeup;
import dev.taltun.ffi.Errno;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpSender;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import java.lang.foreign.Arena;
import java.util.function.Consumer;

/**
 * One producer's way to a UDP socket: a pool of {@link TxBatch}es, sent either by the producer
 * itself (run to completion) or by the {@link UdpWriter} behind its queue.
 *
 * <p>Run to completion saves a thread switch per batch. As soon as the socket is full, batches go
 * through the queue, and stay there until the writer has sent all of them, so that order holds.
 *
 * <p>Belongs to the producing agent.
 */
public final class Transmitter {
    private final Pool<TxBatch> pool;
    private final BatchSender sender;
    private final Mailbox<TxBatch> writerQueue;
    private final Wakeup writerWakeup;
    private final Runnable writerSignal;
    private final Counters.Block counters;
    private final boolean direct;

    /** The owner waits for a batch. */
    private final Wakeup wanted = new Wakeup();

    private Runnable batchSignal = () -> {};

    /** As below, for what may wait behind others. */
    public Transmitter(
            Arena arena,
            int batches,
            UdpSender udp,
            UdpWriter writer,
            Offloads offloads,
            Counters.Block counters,
            boolean direct) {
        this(arena, batches, udp, writer, offloads, counters, direct, false);
    }

    /**
     * @param batches size of the pool
     * @param udp this producer's own sender
     * @param writer the socket's writer agent
     * @param direct whether to send directly while that is possible
     * @param urgent whether the writer takes this producer's batches before others', as it does the
     *     control agent's; that has its own ways to notice what gets nowhere, and much of what it
     *     tries to reach is nowhere, so that nobody is told of its refusals
     */
    public Transmitter(
            Arena arena,
            int batches,
            UdpSender udp,
            UdpWriter writer,
            Offloads offloads,
            Counters.Block counters,
            boolean direct,
            boolean urgent) {
        pool = new Pool<>(batches, () -> new TxBatch(arena), this::setHome);
        sender = new BatchSender(udp, offloads, counters, urgent ? to -> {} : writer::refused);
        writerQueue = urgent ? writer.urgentQueue() : writer.queue();
        writerWakeup = writer.wakeup();
        writerSignal = writer::wakeUp;
        this.counters = counters;
        this.direct = direct;
    }

    private void setHome(TxBatch batch, Consumer<TxBatch> home) {
        batch.setHome(
                back -> {
                    home.accept(back);
                    if (wanted.claim()) {
                        batchSignal.run();
                    }
                });
    }

    /** Sets what ends the owner's sleep; before there is any. */
    void onBatchBack(Runnable signal) {
        batchSignal = signal;
    }

    /** The owner is about to sleep until a batch is back, and looks once more for one. */
    void announceWait() {
        wanted.announceSleep();
    }

    /** The owner does not wait any more. */
    void endWait() {
        wanted.awake();
    }

    /** An empty batch, or null when all are on their way. */
    public TxBatch take() {
        return pool.take();
    }

    /** Whether no batch is on its way. */
    public boolean isIdle() {
        return pool.allButTaken(0);
    }

    /** Sends a batch, or sees to it that it is sent. Takes it over, whatever happens. */
    public void submit(TxBatch batch) {
        if (batch.isEmpty()) {
            batch.clear();
            pool.putBack(batch);
            return;
        }
        if (direct && pool.allButTaken(1) && sender.send(batch)) {
            batch.clear();
            pool.putBack(batch);
            return;
        }
        if (direct) {
            counters.increment(Counter.UDP_QUEUE_HANDOVERS);
        }
        if (!writerQueue.offer(batch)) {
            counters.add(Counter.DROP_NO_BATCH, batch.datagrams());
            batch.clear();
            pool.putBack(batch);
            return;
        }
        if (writerWakeup.claim()) {
            writerSignal.run();
        }
    }

    /** Sends a batch's messages to a socket and deals with refusals. One thread. */
    static final class BatchSender {
        private final UdpSender udp;
        private final Offloads offloads;
        private final Counters.Block counters;
        private final Consumer<Endpoint> refusals;

        /**
         * @param refusals told of places that the kernel will not send to
         */
        BatchSender(
                UdpSender udp,
                Offloads offloads,
                Counters.Block counters,
                Consumer<Endpoint> refusals) {
            this.udp = udp;
            this.offloads = offloads;
            this.counters = counters;
            this.refusals = refusals;
        }

        /**
         * Sends what is left of the batch.
         *
         * @return false when the socket is full: the rest is to be sent later
         */
        boolean send(TxBatch batch) {
            while (!batch.isDone()) {
                int result = udp.send(batch);
                if (result > 0) {
                    counters.add(Counter.UDP_MESSAGES_SENT, result);
                    batch.advance(result);
                } else if (result == -Errno.EAGAIN) {
                    return false;
                } else if (result != -Errno.EINTR && !refused(batch, -result)) {
                    return false;
                }
            }
            return true;
        }

        /**
         * The kernel refused the batch's next message: sends it another way, or gives it up.
         *
         * @return false when the socket is full
         */
        private boolean refused(TxBatch batch, int errno) {
            int message = batch.sent();
            Endpoint to = batch.destination(message);
            int reason = errno;
            if (batch.segments(message) > 1 && Offloads.blames(errno)) {
                int sent = udp.sendSingly(batch);
                if (sent == -Errno.EAGAIN || sent == -Errno.EINTR) {
                    return sent == -Errno.EINTR;
                }
                if (sent > 0) {
                    // Only now is it the run that was refused, and not its datagrams.
                    offloads.gsoRefused(to, errno);
                    counters.increment(Counter.UDP_GSO_FALLBACKS);
                    counters.add(Counter.UDP_SEND_ERRORS, batch.segments(message) - sent);
                    batch.advance(1);
                    return true;
                }
                reason = -sent;
            }
            if (to.hasLocal() && Offloads.blamesSource(reason)) {
                // The local address it was to leave from is gone: let the kernel choose another.
                batch.redirect(message, to.withoutLocal());
                return true;
            }
            counters.add(Counter.UDP_SEND_ERRORS, batch.segments(message));
            batch.advance(1);
            if (blamesWay(reason)) {
                refusals.accept(to);
            }
            return true;
        }

        /**
         * Whether there is no way there: no route, or this machine's firewall forbids it. EINVAL is
         * a blackhole route's, of single datagrams whose local address the kernel chooses: what a
         * run or a local address may be blamed for was tried without before.
         */
        private static boolean blamesWay(int errno) {
            return errno == Errno.EPERM
                    || errno == Errno.EACCES
                    || errno == Errno.EINVAL
                    || errno == Errno.ENETDOWN
                    || errno == Errno.ENETUNREACH
                    || errno == Errno.EHOSTUNREACH;
        }
    }
}
