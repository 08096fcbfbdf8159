package dev.taltun.control;

import dev.taltun.noise.KeyPairs;
import dev.taltun.noise.Session;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;

/** One peer's sessions, and what packet threads see of them. Control agent's thread. */
final class PeerSessions {
    private final Peer peer;
    private final IndexTable indices;
    private final SessionGraveyard graveyard;
    private final KeyPairs keys;

    PeerSessions(Peer peer, IndexTable indices, SessionGraveyard graveyard) {
        this.peer = peer;
        this.indices = indices;
        this.graveyard = graveyard;
        keys = new KeyPairs(graveyard::condemn);
    }

    /** Takes over a new session: to send with at once as initiator, when confirmed otherwise. */
    void derived(Session session) {
        indices.publish(peer, session);
        keys.derived(session);
        show();
    }

    /** The session that waited for its first message, if that has come and it is now current. */
    Session confirmed() {
        Session next = keys.next();
        if (next == null || !next.isConfirmed()) {
            return null;
        }
        keys.confirmed(next);
        show();
        return next;
    }

    /** Retires what is too old. */
    void expire(long now) {
        keys.expire(now);
        show();
    }

    /** Retires all. */
    void clear() {
        keys.clear();
        show();
    }

    private void show() {
        Session current = keys.current();
        if (peer.session() != current) {
            peer.publishSession(current);
        }
        graveyard.bury();
    }

    /** The session to send with, or null. */
    Session usable(long now) {
        Session current = keys.current();
        return current == null || current.isExpired(now) ? null : current;
    }

    /** Whether a sender must shake hands: now if there is no session, in time if it gets old. */
    boolean wantHandshake(long now) {
        Session current = usable(now);
        return current == null
                || current.wantsRekeyByCount()
                || (current.initiator() && current.isOlderThan(Limits.REKEY_AFTER_TIME_NANOS, now));
    }

    /** Whether there is any session, if only to receive with. */
    boolean exist() {
        return !keys.isEmpty();
    }
}
