package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import java.util.function.LongConsumer;

/**
 * What a {@link PathRole} may use of its peer's controller. Control agent's thread.
 *
 * @param changed told the time when the role has another deadline
 */
record PathParts(
        ControlContext context,
        Peer peer,
        PeerSessions sessions,
        PeerMessages messages,
        HelloExchange hello,
        Initiator initiator,
        StagedPackets staged,
        LongConsumer changed) {
    /** Sends the frame that was written into the context's memory; false if that cannot be now. */
    boolean send(int length, long now) {
        Session session = sessions.usable(now);
        return session != null && messages.frame(session, length, now);
    }

    /** In place of an index: of whatever session. */
    static final long ANY_SESSION = Long.MIN_VALUE;

    /** Whether a datagram to this place was sent in a session with that index of the peer's. */
    boolean sentTo(Endpoint place, long index) {
        Session session = peer.session();
        Endpoint endpoint = peer.endpoint();
        return session != null
                && endpoint != null
                && (index == ANY_SESSION || session.remoteIndex() == index)
                && endpoint.sameRemote(place);
    }
}
