package dev.taltun.dataplane;

import dev.taltun.agent.Pool;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Mac1Checker;
import dev.taltun.noise.Mac2Checker;
import dev.taltun.peer.IndexTable;
import dev.taltun.protocol.CookieReply;
import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.MessageType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * Which handshake messages one receiver passes on to the control agent: those whose sender knows
 * our public key (mac1), or has seen an initiation of ours (the index that it carries).
 *
 * <p>So whoever does not cannot fill the queue in front of those who do, and their flood costs no
 * more than this look at each message: one hash, in place. Nor can those who know the key, which is
 * public, fill it in front of those who answer us, or who have a cookie for their address (mac2):
 * these have a queue of their own.
 *
 * <p>Belongs to the receiving agent.
 */
final class HandshakeGate {
    private final ControlPort control;
    private final IndexTable indices;
    private final Counters.Block counters;
    private final Pool<ReceivedHandshake> pool;
    private final Pool<ReceivedHandshake> provenPool;
    private final SourceShares shares = new SourceShares();
    private final Mac2Checker cookies = new Mac2Checker();
    private Supplier<Mac1Checker> source;
    private Mac1Checker marks;
    private long now;

    /**
     * @param arena owner of the messages' memory
     */
    HandshakeGate(Arena arena, ControlPort control, IndexTable indices, Counters.Block counters) {
        this.control = control;
        this.indices = indices;
        this.counters = counters;
        pool = pool(arena, ControlPort.HANDSHAKE_QUEUE);
        provenPool = pool(arena, ControlPort.PROVEN_QUEUE);
    }

    private static Pool<ReceivedHandshake> pool(Arena arena, int size) {
        return new Pool<>(size, () -> new ReceivedHandshake(arena), ReceivedHandshake::setHome);
    }

    /** Passes on or drops a message of checked type and length from slot i of a batch. */
    void pass(int type, RxBatch batch, int i, long offset, int length) {
        MemorySegment slab = batch.slab();
        if (type != MessageType.COOKIE_REPLY && !isMarked(slab, offset, length)) {
            counters.increment(Counter.HANDSHAKE_BAD_MAC);
            return;
        }
        if (type != MessageType.HANDSHAKE_INITIATION && !isAnswer(type, slab, offset)) {
            counters.increment(Counter.DROP_UNKNOWN_INDEX);
            return;
        }
        long high = batch.sourceHigh(i);
        long low = batch.sourceLow(i);
        boolean proven =
                (isKnown(type, slab, offset) || isProven(batch, i, offset, length))
                        && shares.take(high, low, Endpoint.isIpv4(high, low), now);
        ReceivedHandshake message = (proven ? provenPool : pool).take();
        if (message == null) {
            counters.increment(Counter.HANDSHAKE_QUEUE_FULL);
            return;
        }
        // Makes an object, so only now: a flood that finds no room must not.
        message.fill(slab, offset, length, batch.source(i));
        if (!(proven ? control.provenHandshake(message) : control.handshake(message))) {
            counters.increment(Counter.HANDSHAKE_QUEUE_FULL);
            message.release();
        }
    }

    /** A step begins: what is passed on in it came at this time. */
    void begin(long nanoTime) {
        now = nanoTime;
    }

    /**
     * Whether a message carries what only those know who have seen an initiation of ours that is
     * still without a session. A session's index is known to its peer and to those on the way, for
     * as long as it lives.
     */
    private boolean isKnown(int type, MemorySegment slab, long offset) {
        if (type == MessageType.COOKIE_REPLY) {
            IndexTable.Entry entry = indices.lookup(CookieReply.receiver(slab, offset));
            return entry != null && entry.session() == null;
        }
        return type == MessageType.HANDSHAKE_RESPONSE;
    }

    private boolean isProven(RxBatch batch, int i, long offset, int length) {
        return cookies.check(
                control.cookieSecret(),
                batch.sourceHigh(i),
                batch.sourceLow(i),
                batch.sourcePort(i),
                batch.slab(),
                offset,
                length);
    }

    private boolean isMarked(MemorySegment slab, long offset, int length) {
        Supplier<Mac1Checker> wanted = control.marks();
        if (source != wanted) {
            // Once, and whenever the user changes who we are.
            source = wanted;
            marks = wanted.get();
        }
        return marks.check(slab, offset, length);
    }

    private boolean isAnswer(int type, MemorySegment slab, long offset) {
        if (type == MessageType.COOKIE_REPLY) {
            return indices.lookup(CookieReply.receiver(slab, offset)) != null;
        }
        IndexTable.Entry entry = indices.lookup(HandshakeResponse.receiver(slab, offset));
        return entry != null && entry.session() == null;
    }
}
