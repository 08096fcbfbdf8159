package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;

/**
 * Decides what the user is told about one peer, and how often: most of it can be caused by others
 * as often as they like. Control agent's thread.
 */
final class PeerNews {
    /** As long as it takes to notice that data is not answered. */
    static final long SILENT_AFTER_NANOS =
            Limits.KEEPALIVE_TIMEOUT_NANOS + Limits.REKEY_TIMEOUT_NANOS;

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long ROAMING_EVERY_NANOS = 10 * SECOND_NANOS;
    private static final long MINUTE_NANOS = 60 * SECOND_NANOS;

    private final ControlListener listener;
    private final Peer peer;

    /** Since when what we send is not answered; 0 while it is, or nothing was sent. */
    private long unansweredSince;

    private boolean silent;
    private long silenceToldAt;

    /** Where the user believes the peer to be. */
    private Endpoint toldEndpoint;

    private long roamingToldAt;
    private long refusalToldAt;

    PeerNews(ControlListener listener, Peer peer) {
        this.listener = listener;
        this.peer = peer;
    }

    /** The user said, or a name server did, where the peer is. */
    void placed(Endpoint endpoint) {
        toldEndpoint = endpoint;
    }

    /**
     * We want an answer.
     *
     * @param since when we began to, at the earliest
     */
    void asking(long since) {
        if (unansweredSince == 0) {
            unansweredSince = since;
        }
    }

    /** How long what we send has not been answered; 0 while it is, or nothing was sent. */
    long unansweredNanos(long now) {
        return unansweredSince == 0 ? 0 : now - unansweredSince;
    }

    /** An initiation was not answered. */
    void notAnswered(long now) {
        long silence = now - Math.max(unansweredSince, peer.lastReceived());
        if (silence >= SILENT_AFTER_NANOS && !(silent && now - silenceToldAt < MINUTE_NANOS)) {
            silent = true;
            silenceToldAt = now;
            listener.peerSilent(peer, peer.endpoint(), silence / SECOND_NANOS);
        }
    }

    /** We do not ask any more. */
    void gaveUp(int dropped) {
        unansweredSince = 0;
        listener.handshakeGaveUp(peer, peer.endpoint(), dropped);
    }

    /**
     * Both sides have the keys of a session.
     *
     * @param first whether there was no session before
     */
    void handshakeComplete(Session session, boolean first) {
        answered();
        listener.handshakeComplete(peer, peer.endpoint(), session, first);
    }

    private void answered() {
        unansweredSince = 0;
        if (silent) {
            silent = false;
            listener.peerAnswersAgain(peer, peer.endpoint());
        }
    }

    /** Looks what packet threads saw since the last time. */
    void look(long now) {
        if (silent && peer.lastReceived() > silenceToldAt) {
            answered();
        }
        Endpoint at = peer.endpoint();
        if (at == null || at == toldEndpoint) {
            return;
        }
        Endpoint from = toldEndpoint;
        if (from == null || from.sameRemote(at)) {
            toldEndpoint = at;
        } else if (roamingToldAt == 0 || now - roamingToldAt >= ROAMING_EVERY_NANOS) {
            toldEndpoint = at;
            roamingToldAt = now;
            listener.peerRoamed(peer, from, at);
        }
    }

    /** A response to our initiation was not authentic. */
    void responseRefused(Endpoint source, long now) {
        if (refusalToldAt == 0 || now - refusalToldAt >= MINUTE_NANOS) {
            refusalToldAt = now;
            listener.responseNotAuthentic(peer, source);
        }
    }

    boolean isSilent() {
        return silent;
    }
}
