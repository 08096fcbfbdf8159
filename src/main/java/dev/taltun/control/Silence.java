package dev.taltun.control;

import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.Probe;

/**
 * Notices that a peer does not answer any more: to data, as WireGuard does, or, while there is
 * none, to a probe that goes out in place of a heartbeat. For nobody answers a heartbeat, so that a
 * peer that lost the session, and does not know where we are, would be cut off until the session is
 * too old. Either way it takes fifteen seconds, with a heartbeat every ten. Control agent's thread.
 */
final class Silence {
    private static final long REPLY_TIMEOUT_NANOS =
            Limits.KEEPALIVE_TIMEOUT_NANOS + Limits.REKEY_TIMEOUT_NANOS;

    /** How long to wait for the answer to a probe; two may go unanswered, for one may be lost. */
    private static final long ANSWER_NANOS = Limits.REKEY_TIMEOUT_NANOS / 2;

    private static final int PROBES_MAX = 2;

    /** Who was heard so lately is there, whatever the network says. */
    private static final long ALIVE_NANOS = 1_000_000_000L;

    private final PathParts parts;
    private final Peer peer;

    /** Addition to the wait for a reply to data. */
    private long jitter;

    /** Probes that are not answered. */
    private int probes;

    /** When the first and the last of them went out. */
    private long askedAt;

    private long lastAskedAt;

    /** What had come of the peer by then: stamps of packet threads may be a little behind. */
    private long heardBefore;

    Silence(PathParts parts) {
        this.parts = parts;
        peer = parts.peer();
        jitter = parts.context().jitter();
    }

    /** The network says that what we send does not arrive: whether that may be so. */
    boolean isLikely(long now) {
        return now - peer.lastReceived() >= ALIVE_NANOS;
    }

    /**
     * A heartbeat is due: asks for an answer in its place, every ten seconds at most, if the peer
     * is known to answer, and not being asked already.
     */
    boolean ask(long now) {
        boolean asked = lastAskedAt != 0 && now - lastAskedAt < Limits.KEEPALIVE_TIMEOUT_NANOS;
        if (asked || probes > 0 || !parts.hello().isAnswered() || !probe(now)) {
            return false;
        }
        askedAt = now;
        heardBefore = peer.rxPackets();
        return true;
    }

    private boolean probe(long now) {
        // Whatever comes is an answer, so that nobody has to look for this number.
        Probe.put(parts.context().frame, 0, now);
        boolean sent = parts.send(Probe.BYTES, now);
        if (sent) {
            probes++;
            lastAskedAt = now;
        }
        return sent;
    }

    /**
     * Since when an answer is missing, if that is for too long; else 0. Tells it once: a handshake
     * takes over.
     */
    long since(long now) {
        if (probes > 0 && isUnanswered(now)) {
            probes = 0;
            parts.hello().doubt();
            return askedAt;
        }
        long awaiting = peer.awaitingReplySince();
        if (awaiting == 0 || now < awaiting + REPLY_TIMEOUT_NANOS + jitter) {
            return 0;
        }
        peer.clearAwaitingReply();
        jitter = parts.context().jitter();
        return awaiting;
    }

    /** Looks for the answer, and asks once more if there is none. */
    private boolean isUnanswered(long now) {
        if (peer.rxPackets() != heardBefore) {
            probes = 0;
        } else if (now >= lastAskedAt + ANSWER_NANOS) {
            return probes == PROBES_MAX || !probe(now);
        }
        return false;
    }

    /** When to call {@link #since}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        long awaiting = peer.awaitingReplySince();
        long reply = awaiting == 0 ? Long.MAX_VALUE : awaiting + REPLY_TIMEOUT_NANOS + jitter;
        return probes == 0 ? reply : Math.min(reply, lastAskedAt + ANSWER_NANOS);
    }
}
