package dev.taltun.control;

import dev.taltun.io.udp.UdpFan;
import dev.taltun.routing.IpPrefix;
import java.util.List;

/**
 * What a node knows of itself that others need to find it.
 *
 * @param lighthouse whether this node is one: tells its peers of each other
 * @param vips own addresses inside the VPN, best first
 * @param network where it is
 * @param punchPorts ports to guess behind a NAT that shows another one to everybody; 0 for not to
 * @param fan the sockets for that; the control agent's thread opens and closes them
 */
public record PathSettings(
        boolean lighthouse, List<IpPrefix> vips, LocalNetwork network, int punchPorts, UdpFan fan) {
    /** A node that nobody has to find. */
    public static final PathSettings NONE = new PathSettings(false, List.of(), List::of);

    public PathSettings {
        vips = List.copyOf(vips);
    }

    /** One that guesses no ports. */
    public PathSettings(boolean lighthouse, List<IpPrefix> vips, LocalNetwork network) {
        this(lighthouse, vips, network, 0, UdpFan.NONE);
    }
}
