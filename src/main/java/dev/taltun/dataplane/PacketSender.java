package dev.taltun.dataplane;

import dev.taltun.agent.Pool;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Sends inner packets to peers: the end of {@link Outbound} and of {@link Relay}.
 *
 * <pre>
 *   begin         a step begins
 *   turnTo        whose packets come next
 *    `- accept        seal into the batch, or stage for the handshake
 *   submitIfFull  a batch that is full leaves
 *   end           accounts for what was sent; what is left leaves
 * </pre>
 *
 * <p>Belongs to one thread, and to its AEAD lane; owns its batch and what it stages, until they are
 * handed over.
 */
public final class PacketSender implements SegmentSink {
    private final Recipient recipient;
    private final ControlPort control;
    private final Transmitter transmitter;
    private final PacketSealer sealer;
    private final Offloads offloads;
    private final Pool<StagedPacket> staging;
    private final Refusals refusals;

    private TxBatch batch;
    private long now;
    private int maxSegments;
    private boolean partialChecksums;

    /** Why the last packet was not taken. */
    private Counter refusal;

    /**
     * What a sender works with; all are its own but those said to be shared.
     *
     * @param transmitter of the socket that it sends through
     * @param counters its thread's
     * @param lane its thread's lane of every AEAD key
     * @param mtu of the interface, in bytes: larger packets are not staged
     * @param stagedPackets that may wait for handshakes, over all peers
     */
    public record Parts(
            ControlPort sharedControl,
            Transmitter transmitter,
            Offloads sharedOffloads,
            Counters.Block counters,
            int lane,
            int mtu,
            int stagedPackets) {}

    /**
     * What counts a packet that is not taken although there is a peer for it.
     *
     * @param noEndpoint nobody knows where the peer is
     * @param noBatch all batches are on their way
     * @param noSession there is no usable session, and no room to wait for one
     */
    record Refusals(Counter noEndpoint, Counter noBatch, Counter noSession) {}

    /**
     * @param arena owner of all its memory; closed after its thread has ended
     */
    PacketSender(Arena arena, Parts parts, Refusals refusals) {
        this.refusals = refusals;
        control = parts.sharedControl();
        transmitter = parts.transmitter();
        sealer = new PacketSealer(parts.lane(), parts.mtu());
        offloads = parts.sharedOffloads();
        recipient = new Recipient(control, parts.counters());
        int staged = parts.mtu() + Limits.PADDING_BYTES;
        staging =
                new Pool<>(
                        parts.stagedPackets(),
                        () -> new StagedPacket(arena, staged),
                        StagedPacket::setHome);
    }

    /** Whom packets go to. */
    Recipient recipient() {
        return recipient;
    }

    /** A step begins. */
    void begin(long nanoTime) {
        now = nanoTime;
    }

    /** Turns to whom the next packets are for; null when they are for nobody. */
    void turnTo(Peer peer) {
        recipient.turnTo(peer, now);
        Endpoint to = recipient.endpoint();
        maxSegments = to == null ? 1 : offloads.maxSegments(to);
        Session session = recipient.session();
        partialChecksums = session != null && session.partialChecksums();
    }

    /** Sees to it that there is a batch; false when all are on their way. */
    boolean takeBatch() {
        if (batch == null) {
            batch = transmitter.take();
        }
        return batch != null;
    }

    /** Sets what ends its thread's sleep when a batch is back that it waits for. */
    void onBatchBack(Runnable signal) {
        transmitter.onBatchBack(signal);
    }

    /** The thread is about to sleep until a batch is back; false when there is one. */
    boolean announceWait() {
        transmitter.announceWait();
        return !takeBatch();
    }

    /** The thread does not wait for a batch any more. */
    void endWait() {
        transmitter.endWait();
    }

    /** Whether there is a batch that is not full. */
    boolean takesMore() {
        return batch != null && !batch.isFull();
    }

    /**
     * Whether the recipient completes checksums itself: all packets until the next turn may be
     * given with partial ones, and none otherwise.
     */
    boolean takesPartialChecksums() {
        return partialChecksums;
    }

    /** Takes one packet for the recipient; says why not in {@link #refusal}. */
    @Override
    public boolean accept(MemorySegment memory, long offset, int length) {
        if (recipient.session() == null) {
            return stage(memory, offset, length);
        }
        if (recipient.endpoint() == null) {
            return refuse(refusals.noEndpoint());
        }
        if (!hasRoom(sealer.sealedLength(length))) {
            return refuse(refusals.noBatch());
        }
        int bytes =
                sealer.seal(
                        recipient.session(),
                        memory,
                        offset,
                        length,
                        batch,
                        recipient.endpoint(),
                        maxSegments);
        if (bytes == 0) {
            return refuse(refusals.noSession());
        }
        recipient.sealed(bytes);
        return true;
    }

    /** What counts the last packet that was not taken. */
    Counter refusal() {
        return refusal;
    }

    private boolean refuse(Counter reason) {
        refusal = reason;
        return false;
    }

    private boolean hasRoom(int bytes) {
        if (batch != null && !batch.hasRoom(bytes)) {
            submit();
        }
        return takeBatch();
    }

    private boolean stage(MemorySegment memory, long offset, int length) {
        Peer peer = recipient.peer();
        if (peer == null) {
            return refuse(Counter.DROP_NO_PEER);
        }
        StagedPacket packet = staging.take();
        if (packet == null) {
            return refuse(refusals.noSession());
        }
        if (!packet.fill(peer, memory, offset, length) || !control.stage(packet)) {
            packet.wipe();
            staging.putBack(packet);
            return refuse(refusals.noSession());
        }
        return true;
    }

    /** Sends the batch if it is full. */
    void submitIfFull() {
        if (batch != null && batch.isFull()) {
            submit();
        }
    }

    /** The step ends: accounts for all that was sent, and sends what is left. */
    void end() {
        recipient.account(now);
        recipient.forget();
        if (batch != null) {
            submit();
        }
    }

    private void submit() {
        transmitter.submit(batch);
        batch = null;
    }
}
