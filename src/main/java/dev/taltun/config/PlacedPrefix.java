package dev.taltun.config;

import dev.taltun.routing.IpPrefix;
import java.util.List;

/** A prefix and where it was written, for conflicts found later. */
record PlacedPrefix(IpPrefix prefix, Source source) {
    static List<IpPrefix> prefixes(List<PlacedPrefix> placed) {
        return placed.stream().map(PlacedPrefix::prefix).distinct().toList();
    }
}
