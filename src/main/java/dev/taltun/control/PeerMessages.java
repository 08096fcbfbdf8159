package dev.taltun.control;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.dataplane.StagedPacket;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Handshake;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.HandshakeInitiation;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Writes the messages that the control agent itself sends to one peer, and accounts for them.
 *
 * <p>Every method returns false when the message could not be sent, because there is no batch or no
 * endpoint; the caller tries again later.
 */
final class PeerMessages {
    private static final MemorySegment NOTHING = MemorySegment.NULL;

    private final ControlContext context;
    private final Peer peer;
    private final Handshake handshake;

    PeerMessages(ControlContext context, Peer peer, Handshake handshake) {
        this.context = context;
        this.peer = peer;
        this.handshake = handshake;
    }

    /** To whom they go. */
    Peer peer() {
        return peer;
    }

    /**
     * Sends an initiation, which takes the place of one that waits for its response.
     *
     * @param to null if nobody knows where the peer is
     */
    boolean initiation(CipherSuite suite, Endpoint to, long now) {
        TxBatch batch = to == null ? null : context.outbox.batchFor(HandshakeInitiation.BYTES);
        if (batch == null) {
            return false;
        }
        context.indices.remove(handshake.pendingIndex());
        handshake.createInitiation(
                suite,
                context.indices.allocate(peer),
                context.timestamp(),
                now,
                batch.slab(),
                batch.tail());
        batch.append(HandshakeInitiation.BYTES, to, 1);
        peer.noteSent(now, HandshakeInitiation.BYTES, 1);
        context.counters.increment(Counter.HANDSHAKE_INITIATIONS_SENT);
        return true;
    }

    /**
     * One copy of a message.
     *
     * @param hops how far it may get; 0 for as far as needed
     */
    record Shot(Endpoint to, int hops) {}

    /**
     * Writes an initiation that takes the place of one that waits for its response, for {@link
     * #copies}.
     *
     * @param message has room for it
     * @return false if we are nobody
     */
    boolean draft(CipherSuite suite, MemorySegment message, long now) {
        if (context.identity.isNobody()) {
            return false;
        }
        context.indices.remove(handshake.pendingIndex());
        int index = context.indices.allocate(peer);
        handshake.createInitiation(suite, index, context.timestamp(), now, message, 0);
        return true;
    }

    /**
     * Sends copies of an initiation, as far as there is room.
     *
     * @return how many
     */
    int copies(MemorySegment message, List<Shot> shots, long now) {
        int sent = 0;
        for (Shot shot : shots) {
            TxBatch batch = context.outbox.batchFor(HandshakeInitiation.BYTES);
            if (batch == null) {
                break;
            }
            batch.copyIn(message, 0, HandshakeInitiation.BYTES, shot.to());
            if (shot.hops() != 0) {
                batch.limitHops(shot.hops());
            }
            peer.noteSent(now, HandshakeInitiation.BYTES, 1);
            context.counters.increment(Counter.HANDSHAKE_INITIATIONS_SENT);
            sent++;
        }
        return sent;
    }

    /** Sends the frame in the context's memory. */
    boolean frame(Session session, int length, long now) {
        Endpoint to = peer.endpoint();
        TxBatch batch =
                to == null ? null : context.outbox.batchFor(context.sealer.sealedLength(length));
        if (batch == null) {
            return false;
        }
        int bytes = context.sealer.seal(session, context.frame, 0, length, batch, to, 1);
        if (bytes > 0) {
            peer.noteSent(now, bytes, 1);
        }
        return bytes > 0;
    }

    /** Forgets the initiation that waits for its response, if any. */
    void abandonInitiation() {
        if (handshake.isPending()) {
            context.indices.remove(handshake.pendingIndex());
            handshake.abandonInitiation();
        }
    }

    /** Sends an empty packet. */
    boolean keepalive(Session session, long now) {
        Endpoint to = peer.endpoint();
        TxBatch batch = to == null ? null : context.outbox.batchFor(context.sealer.sealedLength(0));
        if (batch == null) {
            return false;
        }
        int bytes = context.sealer.seal(session, NOTHING, 0, 0, batch, to, 1);
        if (bytes == 0) {
            return false;
        }
        peer.noteSent(now, bytes, 1);
        return true;
    }

    /** Sends the packets that waited, oldest first; false when some are left. */
    boolean staged(StagedPackets packets, Session session, long now) {
        Endpoint to = peer.endpoint();
        int sent = 0;
        long bytes = 0;
        StagedPacket packet;
        while (to != null && (packet = packets.peek()) != null) {
            int length = packet.length();
            TxBatch batch = context.outbox.batchFor(context.sealer.sealedLength(length));
            int sealed =
                    batch == null
                            ? 0
                            : context.sealer.seal(
                                    session, packet.memory(), 0, length, batch, to, 1);
            if (sealed == 0) {
                break;
            }
            context.outbox.releaseWhenSent(packets.take());
            bytes += sealed;
            sent++;
        }
        if (sent > 0) {
            peer.noteDataSent(now, bytes, sent);
            context.counters.add(Counter.PACKETS_SEALED, sent);
        }
        return packets.size() == 0;
    }
}
