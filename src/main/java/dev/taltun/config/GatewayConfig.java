package dev.taltun.config;

import java.util.List;

/**
 * What this node does with packets between the tunnel and the networks of its machine. Immutable,
 * any thread.
 *
 * @param forward whether the kernel is told to forward packets
 * @param masquerade names of the interfaces behind whose address packets from the tunnel hide;
 *     distinct, empty for none
 * @param mssClamp whether TCP connections through the tunnel are told the segment size that fits it
 */
public record GatewayConfig(boolean forward, List<String> masquerade, boolean mssClamp) {
    public GatewayConfig {
        masquerade = List.copyOf(masquerade);
    }
}
