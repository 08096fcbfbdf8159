package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.routing.IpPrefix;
import java.util.List;
import java.util.Set;

/**
 * What the user wants of one peer. Immutable.
 *
 * @param name for logs and status
 * @param presharedKey null for none; stays the caller's, who may close it once the peer was added
 * @param endpoint where to find the peer at first; null if it is to call us
 * @param allowedIps what is sent to the peer and may come from it
 * @param keepaliveSeconds silence after which a heartbeat is sent, 1..65535; 0 for none
 * @param initiates whether to shake hands unasked, at start and when a heartbeat finds no session:
 *     true for what mode {@code client} is, false to wait for a packet to send, as {@code server}
 *     does
 * @param suites what this side makes of the cipher suites with this peer
 * @param relayWith the only peers it may exchange packets with through this node; null for all
 * @param lighthouse whether it tells where other peers are, and passes their packets on
 * @param path which way packets to the peer may take
 */
public record PeerSpec(
        String name,
        PublicKey publicKey,
        SecretKey presharedKey,
        EndpointSpec endpoint,
        List<IpPrefix> allowedIps,
        int keepaliveSeconds,
        boolean initiates,
        SuiteChoice suites,
        Set<PublicKey> relayWith,
        boolean lighthouse,
        PathChoice path) {
    private static final int KEEPALIVE_SECONDS_MAX = 65535;

    public PeerSpec {
        if (keepaliveSeconds < 0 || keepaliveSeconds > KEEPALIVE_SECONDS_MAX) {
            throw new IllegalArgumentException(
                    "keepalive of " + name + " is 0 to " + KEEPALIVE_SECONDS_MAX + " seconds");
        }
        allowedIps = allowedIps.stream().map(IpPrefix::masked).distinct().toList();
        relayWith = relayWith == null ? null : Set.copyOf(relayWith);
    }

    PeerSpec withAllowedIps(List<IpPrefix> other) {
        return new PeerSpec(
                name,
                publicKey,
                presharedKey,
                endpoint,
                other,
                keepaliveSeconds,
                initiates,
                suites,
                relayWith,
                lighthouse,
                path);
    }
}
