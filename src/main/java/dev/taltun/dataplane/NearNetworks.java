package dev.taltun.dataplane;

import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import java.util.Collection;

/**
 * What a gateway's machine reaches by its own interfaces: networks beside the tunnel, and its own
 * addresses. Peers compete with them for a destination, and the longer prefix wins, as in the
 * kernel's routing table: a peer that takes everything does not take the network next door.
 *
 * <p>Published by one thread, read by packet threads.
 */
public final class NearNetworks {
    private volatile PrefixTable<Boolean> networks = PrefixTable.empty();

    /** From now on these, in place of all before. */
    public void publish(Collection<IpPrefix> prefixes) {
        PrefixTable.Builder<Boolean> table = PrefixTable.builder();
        prefixes.forEach(prefix -> table.put(prefix, true));
        networks = table.build();
    }

    PrefixTable<Boolean> networks() {
        return networks;
    }
}
