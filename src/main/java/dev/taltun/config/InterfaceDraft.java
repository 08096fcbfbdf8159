package dev.taltun.config;

import dev.taltun.routing.IpPrefix;
import java.util.List;

/**
 * The interface before the peers are known.
 *
 * @param config keys may be null and routes are only what the user gave
 * @param header where the table begins
 * @param vips with their places
 * @param routesGiven whether the user chose the routes
 */
record InterfaceDraft(
        InterfaceConfig config, Source header, List<PlacedPrefix> vips, boolean routesGiven) {
    /** The finished interface. Only without errors, so that the keys are there. */
    InterfaceConfig withDefaultRoutes(List<PeerConfig> peers) {
        if (routesGiven) {
            return config;
        }
        List<IpPrefix> wanted = peers.stream().flatMap(PeerConfig::prefixes).toList();
        List<IpPrefix> routes =
                config.mode() == Mode.LIGHTHOUSE
                        ? List.of()
                        : InterfaceResolver.withoutOnLink(wanted, config.vips());
        return config.withRoutes(routes);
    }
}
