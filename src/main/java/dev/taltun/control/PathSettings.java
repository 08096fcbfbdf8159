package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.routing.IpPrefix;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a node knows of itself that others need to find it.
 *
 * @param lighthouse whether this node is one: tells its peers of each other
 * @param vips own addresses inside the VPN, best first
 * @param places where it may be reached by its own reckoning: what the user advertises, then local
 *     addresses; asked for on the control agent's thread, so it must not block
 */
public record PathSettings(
        boolean lighthouse, List<IpPrefix> vips, Supplier<List<Endpoint>> places) {
    /** A node that nobody has to find. */
    public static final PathSettings NONE = new PathSettings(false, List.of(), List::of);

    public PathSettings {
        vips = List.copyOf(vips);
    }
}
