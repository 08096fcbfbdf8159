package dev.taltun.config;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.routing.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One peer: every value resolved, defaults filled in. Immutable, any thread.
 *
 * @param name for logs and status; the abbreviated public key if none was given
 * @param publicKey the peer's identity
 * @param presharedKey mixed into the handshake; owned by whoever received the configuration
 * @param vips the peer's virtual addresses, {@code /32} and {@code /128}
 * @param endpoint where to find it at first; empty for a peer that calls us, or floats
 * @param allowedIps networks behind the peer, masked, beside the VIPs
 * @param keepaliveSeconds silence before a heartbeat, 0 to 65535; 0 for off
 * @param lighthouse whether it tells where other peers are
 * @param cipher suite for sessions with this peer
 * @param relayWith the only peers it may exchange packets with through this node; empty for all
 * @param path which way packets to it may take
 */
public record PeerConfig(
        String name,
        PublicKey publicKey,
        Optional<SecretKey> presharedKey,
        List<IpPrefix> vips,
        Optional<Endpoint> endpoint,
        List<IpPrefix> allowedIps,
        int keepaliveSeconds,
        boolean lighthouse,
        CipherChoice cipher,
        Optional<List<PublicKey>> relayWith,
        PathWish path) {
    public PeerConfig {
        vips = List.copyOf(vips);
        allowedIps = List.copyOf(allowedIps);
        relayWith = relayWith.map(List::copyOf);
    }

    PeerConfig withRelayWith(List<PublicKey> only) {
        return new PeerConfig(
                name,
                publicKey,
                presharedKey,
                vips,
                endpoint,
                allowedIps,
                keepaliveSeconds,
                lighthouse,
                cipher,
                Optional.of(only),
                path);
    }

    /** Everything that is routed to this peer, and accepted from it: VIPs, then networks. */
    public Stream<IpPrefix> prefixes() {
        return Stream.concat(vips.stream(), allowedIps.stream());
    }

    /** The same peer without its preshared key, whose equality is not that of its bytes. */
    PeerConfig withoutPresharedKey() {
        return new PeerConfig(
                name,
                publicKey,
                Optional.empty(),
                vips,
                endpoint,
                allowedIps,
                keepaliveSeconds,
                lighthouse,
                cipher,
                relayWith,
                path);
    }
}
