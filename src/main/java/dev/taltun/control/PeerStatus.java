package dev.taltun.control;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.routing.IpPrefix;
import java.util.List;

/**
 * What a user sees of one peer, at one moment. Immutable.
 *
 * @param endpointSpec as configured, or null
 * @param endpoint where datagrams go now, or null while that is unknown
 * @param lastHandshakeEpochMillis wall time of the last completed handshake, 0 for none yet
 * @param rxBytes authenticated UDP payload received
 * @param txBytes UDP payload sent
 * @param sessionAgeNanos age of the session that is sent with; -1 if there is none
 * @param suite of that session, or null
 * @param stagedPackets packets held until there is a session
 * @param silent whether the peer does not answer at present
 * @param unansweredNanos how long what we send has not been answered; 0 while it is
 * @param lastReceivedNanosAgo when the last authentic packet came; -1 if none did
 * @param path which way packets go
 */
public record PeerStatus(
        String name,
        PublicKey publicKey,
        boolean hasPresharedKey,
        EndpointSpec endpointSpec,
        Endpoint endpoint,
        List<IpPrefix> allowedIps,
        int keepaliveSeconds,
        long lastHandshakeEpochMillis,
        long rxBytes,
        long rxPackets,
        long txBytes,
        long txPackets,
        long sessionAgeNanos,
        CipherSuite suite,
        int stagedPackets,
        boolean silent,
        long unansweredNanos,
        long lastReceivedNanosAgo,
        PathStatus path) {
    /** Puts together what the parts of a peer's controller know. */
    static PeerStatus of(
            PeerSpec spec,
            PathParts parts,
            PeerNews news,
            long lastHandshakeEpochMillis,
            PathStatus path) {
        Peer peer = parts.peer();
        long now = parts.context().clock.nanoTime();
        Session session = parts.sessions().usable(now);
        return new PeerStatus(
                spec.name(),
                peer.publicKey(),
                spec.presharedKey() != null,
                spec.endpoint(),
                peer.endpoint(),
                spec.allowedIps(),
                spec.keepaliveSeconds(),
                lastHandshakeEpochMillis,
                peer.rxBytes(),
                peer.rxPackets(),
                peer.txBytes(),
                peer.txPackets(),
                session == null ? -1 : now - session.createdNanos(),
                session == null ? null : session.suite(),
                parts.staged().size(),
                news.isSilent(),
                news.unansweredNanos(now),
                peer.lastReceived() == 0 ? -1 : now - peer.lastReceived(),
                path);
    }
}
