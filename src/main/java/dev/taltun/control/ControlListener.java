package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;

/**
 * What is worth a line of log. Called on the control agent's thread: must return soon and never
 * throw. What a hostile packet can cause comes at a limited rate.
 */
public interface ControlListener {
    /**
     * A handshake is complete; both sides have the keys.
     *
     * @param session whose {@code initiator()} tells our role
     * @param first whether the peer had no session before: a rekey is of less interest
     */
    default void handshakeComplete(Peer peer, Endpoint endpoint, Session session, boolean first) {}

    /**
     * Nothing authentic came from the peer although we sent; repeated every minute while that
     * lasts.
     *
     * @param seconds since when
     */
    default void peerSilent(Peer peer, Endpoint endpoint, long seconds) {}

    /** The peer answers again after {@link #peerSilent}. */
    default void peerAnswersAgain(Peer peer, Endpoint endpoint) {}

    /** The peer's packets come from another address than before; at most every ten seconds. */
    default void peerRoamed(Peer peer, Endpoint from, Endpoint to) {}

    /**
     * No answer for 90 seconds: quiet until there is something to send.
     *
     * @param dropped packets that had waited for the session
     */
    default void handshakeGaveUp(Peer peer, Endpoint endpoint, int dropped) {}

    /**
     * The response to our handshake was not authentic, most likely because the pre-shared keys
     * differ; at most once a minute.
     */
    default void responseNotAuthentic(Peer peer, Endpoint source) {}

    /**
     * Somebody who knows our public key wants to shake hands under a key that no peer has; at most
     * every ten seconds.
     *
     * @param claimed the key, of which the sender proved nothing
     */
    default void unknownPeer(PublicKey claimed, Endpoint source) {}

    /** The name of a peer's endpoint does not resolve; told once, retried until it does. */
    default void nameUnresolved(Peer peer, EndpointSpec.Named name, String reason) {}

    /** The name resolves after {@link #nameUnresolved}. */
    default void nameResolved(Peer peer, EndpointSpec.Named name, Endpoint endpoint) {}

    /**
     * Packets for a peer that was reached through another take a direct path from now on; this and
     * {@link #pathRelayed} are at most one a minute after the first few, but the last is told.
     */
    default void pathDirect(Peer peer, Endpoint endpoint) {}

    /**
     * The direct path to a peer failed.
     *
     * @param relay passes its packets on from now on
     * @param reason for the user
     */
    default void pathRelayed(Peer peer, Peer relay, String reason) {}
}
