package dev.taltun.config;

import java.util.List;
import java.util.Optional;

/**
 * A checked, complete configuration. Immutable, any thread; closing wipes the keys in it.
 *
 * @param iface this node
 * @param gateway what it does for the networks of its machine; empty for nothing
 * @param peers in the order of the file, those from flags last
 */
public record TaltunConfig(
        InterfaceConfig iface, Optional<GatewayConfig> gateway, List<PeerConfig> peers)
        implements AutoCloseable {
    public TaltunConfig {
        peers = List.copyOf(peers);
    }

    /**
     * This node with other peers and routes, as a configuration that was read again wants them; all
     * else stays. The private key stays this configuration's.
     */
    public TaltunConfig withPeersAndRoutesOf(TaltunConfig other) {
        return new TaltunConfig(iface.withRoutes(other.iface.routes()), gateway, other.peers);
    }

    /** Wipes the private key and the preshared keys; nobody may use them after. */
    @Override
    public void close() {
        iface.privateKey().close();
        for (PeerConfig peer : peers) {
            peer.presharedKey().ifPresent(key -> key.close());
        }
    }
}
