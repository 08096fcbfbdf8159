package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import java.util.List;

/** This machine's network as the control agent sees it. Its thread; nothing here may block. */
@FunctionalInterface
public interface LocalNetwork {
    /**
     * Where this node may be reached by its own reckoning, best first: what the user advertises,
     * then local addresses.
     */
    List<Endpoint> places();

    /**
     * Whether something changed since the last call that may matter to who is far away: an address,
     * a route, a link. Asked for in every step.
     */
    default boolean changed(long now) {
        return false;
    }
}
