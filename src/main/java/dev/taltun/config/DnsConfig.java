package dev.taltun.config;

import dev.taltun.routing.IpAddress;
import java.util.List;

/**
 * The name servers that the machine asks while the tunnel is up. Immutable, any thread.
 *
 * @param servers best first; empty to leave the machine's own alone
 * @param search domains tried for names without a dot; empty for none
 */
public record DnsConfig(List<IpAddress> servers, List<String> search) {
    /** The machine keeps the name servers it has. */
    public static final DnsConfig NONE = new DnsConfig(List.of(), List.of());

    public DnsConfig {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
    }
}
