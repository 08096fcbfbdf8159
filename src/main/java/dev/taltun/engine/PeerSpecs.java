package dev.taltun.engine;

import dev.taltun.config.CipherChoice;
import dev.taltun.config.Mode;
import dev.taltun.config.PathWish;
import dev.taltun.config.PeerConfig;
import dev.taltun.control.EndpointSpec;
import dev.taltun.control.PathChoice;
import dev.taltun.control.PeerSpec;
import dev.taltun.control.SuiteChoice;
import dev.taltun.io.udp.Endpoint;
import java.net.InetSocketAddress;
import java.util.Set;

/**
 * From what the configuration says of a peer to what the control agent is told. Immutable.
 *
 * @param mode of this node
 * @param aesIsFaster whether this machine prefers AES
 */
record PeerSpecs(Mode mode, boolean aesIsFaster) {
    /** The preshared key stays the configuration's. */
    PeerSpec of(PeerConfig peer) {
        EndpointSpec endpoint = peer.endpoint().map(PeerSpecs::endpoint).orElse(null);
        boolean initiates = (mode == Mode.CLIENT || peer.lighthouse()) && endpoint != null;
        return new PeerSpec(
                peer.name(),
                peer.publicKey(),
                peer.presharedKey().orElse(null),
                endpoint,
                peer.prefixes().toList(),
                peer.keepaliveSeconds(),
                initiates,
                suites(peer.cipher()),
                peer.relayWith().map(Set::copyOf).orElse(null),
                peer.lighthouse(),
                path(peer.path()));
    }

    private static PathChoice path(PathWish wish) {
        return switch (wish) {
            case AUTO -> PathChoice.AUTO;
            case DIRECT -> PathChoice.DIRECT;
            case RELAY -> PathChoice.RELAY;
        };
    }

    SuiteChoice suites(CipherChoice wanted) {
        return switch (wanted) {
            case CHACHA20_POLY1305 -> SuiteChoice.chacha();
            case AES_256_GCM -> SuiteChoice.aes();
            case AUTO -> SuiteChoice.automatic(aesIsFaster);
        };
    }

    private static EndpointSpec endpoint(dev.taltun.config.Endpoint configured) {
        return configured
                .address()
                .<EndpointSpec>map(
                        ip ->
                                new EndpointSpec.Numeric(
                                        Endpoint.of(
                                                new InetSocketAddress(
                                                        ip.toInetAddress(), configured.port()))))
                .orElseGet(() -> new EndpointSpec.Named(configured.host(), configured.port()));
    }
}
