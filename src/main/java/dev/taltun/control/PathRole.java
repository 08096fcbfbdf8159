package dev.taltun.control;

import dev.taltun.dataplane.ReceivedFrame;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;

/**
 * What one peer is to the finding of paths: nothing, a lighthouse of ours, a peer that floats, or,
 * on a lighthouse, a node that is registered. Control agent's thread.
 */
interface PathRole {
    /** There is a new session to send with, whoever initiated it. */
    default void onSession(long now) {}

    /**
     * Whether an initiation of the peer, which is authentic, is to be answered; does what is needed
     * in place of that.
     */
    default boolean answers(long now) {
        return true;
    }

    /** An initiation was answered, to where it came from. */
    default void onAnswered(Session session, Endpoint source) {}

    /** The peer uses a session that an answer of ours made, and so has read that answer. */
    default void onConfirmed(Session session) {}

    /** A control frame of the peer came, whichever: it is an engine of our kind. */
    default void onTaltun(long now) {}

    /** A control frame of the peer came that is neither HELLO nor probe. */
    default void onFrame(ReceivedFrame frame, long now) {}

    /** A probe that we sent was answered. */
    default void onProbeAnswer(long transaction, long now) {}

    /** Packets for the peer, or of it, pass through another. */
    default void onRelayed(long now) {}

    /** A packet of a settled peer came from elsewhere. */
    default void onElsewhere(long now) {}

    /** News of packet threads, as {@link Peer} has them. */
    default void onNews(int news, long now) {
        if ((news & Peer.RELAYED) != 0) {
            onRelayed(now);
        }
        if ((news & Peer.ELSEWHERE) != 0) {
            onElsewhere(now);
        }
    }

    /**
     * A datagram to the peer did not arrive, says the network.
     *
     * @param here it is this machine that says so and did not send it, as {@link LocalRefusals} has
     *     it
     */
    default void onUnreachable(boolean here, long now) {}

    /** This machine's network is another, or something in front of it. */
    default void networkChanged(long now) {}

    /**
     * What looks like a cookie came that may be a stray of {@link dev.taltun.protocol.FilterCheck};
     * false if it is not that.
     */
    default boolean onStray(Endpoint source, long token) {
        return false;
    }

    /** Does what is due. */
    default void onTimer(long now) {}

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    default long deadline() {
        return Long.MAX_VALUE;
    }

    /** Whether handshakes with the peer go to its endpoint whenever there is a reason. */
    default boolean shakesHands() {
        return true;
    }

    /** Whether packets for the peer may wait although nobody knows where it is. */
    default boolean seeks() {
        return false;
    }

    /** Whether the finding of paths, which has its own ways to notice silence, leaves it alone. */
    default boolean isPlain() {
        return false;
    }

    /** What the user sees of it. */
    PathStatus status(long now);

    /** The peer goes. */
    default void close() {}

    /** Of a peer that is found where the user says, or calls us. */
    static PathRole plain(Peer peer) {
        return new PathRole() {
            @Override
            public boolean isPlain() {
                return true;
            }

            @Override
            public PathStatus status(long now) {
                return PathStatus.plain(peer.endpoint());
            }
        };
    }
}
