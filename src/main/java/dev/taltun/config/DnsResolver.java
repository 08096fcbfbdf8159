package dev.taltun.config;

import dev.taltun.routing.IpAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;

/** From the keys {@code dns} and {@code dns_search} to typed values. */
final class DnsResolver {
    /** {@code MAXNS} of resolv.h: what the C library reads. */
    private static final int SERVERS_USED = 3;

    private static final int NAME_MAX = 253;
    private static final Pattern NAME =
            Pattern.compile("(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\\.?)+");

    private final RawTable table;
    private final Problems problems;

    DnsResolver(RawTable table, Problems problems) {
        this.table = table;
        this.problems = problems;
    }

    DnsConfig resolve(Mode mode) {
        List<IpAddress> servers =
                each(
                        InterfaceKey.DNS,
                        DnsResolver::server,
                        "give the address of a name server, like 10.100.0.1");
        List<String> search =
                each(InterfaceKey.DNS_SEARCH, DnsResolver::domain, "write it like example.com");
        RawValue dns = table.get(InterfaceKey.DNS);
        if (mode == Mode.LIGHTHOUSE && dns != null) {
            problems.error(
                    dns.source(), "a lighthouse has no tunnel to ask through", "leave dns out");
        }
        if (servers.size() > SERVERS_USED) {
            problems.warning(
                    dns.source(),
                    "names " + servers.size() + " servers",
                    "most programs ask the first " + SERVERS_USED + " only");
        }
        if (!search.isEmpty() && table.lacks(InterfaceKey.DNS)) {
            problems.error(
                    table.get(InterfaceKey.DNS_SEARCH).source(),
                    "there is no dns to ask for these domains",
                    "add dns = [\"10.100.0.1\"]");
        }
        return new DnsConfig(servers, search);
    }

    private <T> List<T> each(InterfaceKey key, Function<String, T> parser, String remedy) {
        RawValue value = table.get(key);
        if (value == null) {
            return List.of();
        }
        return value.texts().stream()
                .map(text -> problems.parseShown(text, parser, remedy))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    private static IpAddress server(String text) {
        IpAddress address = IpAddress.parse(text);
        if (address.isUnspecified() || address.isMulticast()) {
            throw new IllegalArgumentException("not the address of a server");
        }
        return address;
    }

    private static String domain(String text) {
        if (text.length() > NAME_MAX || !NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("not the name of a domain");
        }
        return text;
    }
}
