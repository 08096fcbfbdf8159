package dev.taltun.control;

import dev.taltun.routing.IpPrefix;
import java.util.List;

/**
 * What a node knows of itself that others need to find it.
 *
 * @param lighthouse whether this node is one: tells its peers of each other
 * @param vips own addresses inside the VPN, best first
 * @param network where it is
 */
public record PathSettings(boolean lighthouse, List<IpPrefix> vips, LocalNetwork network) {
    /** A node that nobody has to find. */
    public static final PathSettings NONE = new PathSettings(false, List.of(), List::of);

    public PathSettings {
        vips = List.copyOf(vips);
    }
}
