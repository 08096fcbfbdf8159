package dev.taltun.config;

import dev.taltun.routing.IpAddress;
import dev.taltun.routing.IpPrefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Typed values out of one table. What cannot be used is noted, and the default stands in for it.
 */
final class ValueReader {
    private final RawTable table;
    private final Problems problems;

    ValueReader(RawTable table, Problems problems) {
        this.table = table;
        this.problems = problems;
    }

    /** A parsed text; {@code fallback} if the key is absent or the text is wrong. */
    <T> T text(SchemaKey key, Function<String, T> parser, String remedy, T fallback) {
        RawValue value = table.get(key);
        if (value == null) {
            return fallback;
        }
        T parsed = problems.parseShown(value, parser, remedy);
        return parsed == null ? fallback : parsed;
    }

    /** One of several words. */
    <T> T choice(SchemaKey key, T[] choices, T fallback) {
        List<String> words = Arrays.stream(choices).map(Object::toString).toList();
        RawValue value = table.get(key);
        if (value == null) {
            return fallback;
        }
        int index = words.indexOf(value.text());
        if (index < 0) {
            problems.error(
                    value.source(),
                    Shown.quoted(value.text()) + " is not one of " + String.join(", ", words),
                    Suggestion.closest(value.text(), words)
                            .map(word -> "did you mean \"" + word + "\"?")
                            .orElse("write one of them"));
            return fallback;
        }
        return choices[index];
    }

    /** A number between two limits, both allowed. */
    long number(SchemaKey key, long min, long max, long fallback, String remedy) {
        RawValue value = table.get(key);
        if (value == null) {
            return fallback;
        }
        long number = value.number();
        if (number < min || number > max) {
            problems.error(
                    value.source(), number + " is not between " + min + " and " + max, remedy);
            return fallback;
        }
        return number;
    }

    boolean isTrue(SchemaKey key) {
        return isTrueOr(key, false);
    }

    boolean isTrueOr(SchemaKey key, boolean fallback) {
        RawValue value = table.get(key);
        return value == null ? fallback : value.isTrue();
    }

    /** Addresses of a node inside the VPN, as written; each must name a host. */
    List<PlacedPrefix> vips(SchemaKey key) {
        List<PlacedPrefix> vips = new ArrayList<>();
        for (RawValue text : texts(key)) {
            IpPrefix vip =
                    problems.parseShown(
                            text, IpPrefix::parse, "write it like 10.100.0.1/24 or fd00::1/64");
            if (vip != null && isHost(vip, text)) {
                vips.add(new PlacedPrefix(vip, text.source()));
            }
        }
        return vips;
    }

    private boolean isHost(IpPrefix vip, RawValue text) {
        IpAddress address = vip.address();
        if (address.isMulticast() || address.isUnspecified()) {
            problems.error(
                    text.source(),
                    vip.address() + " is not the address of one node",
                    "write it like 10.100.0.1/24 or fd00::1/64");
            return false;
        }
        // In networks of two addresses (RFC 3021, RFC 6164) the first is a host like the other.
        if (address.bits() - vip.length() >= 2 && vip.isMasked()) {
            problems.error(
                    text.source(),
                    vip + " is a network, not an address in it",
                    key(text).startsWith("--peer")
                            ? "write KEY,VIP,ENDPOINT,CIDR to put a network behind the peer"
                            : "write the node's own address; networks behind a peer belong in"
                                    + " allowed_ips");
            return false;
        }
        return true;
    }

    private static String key(RawValue value) {
        return value.source().label();
    }

    /** Networks, masked; host bits that are set earn a warning, for they hint at a slip. */
    List<PlacedPrefix> networks(SchemaKey key) {
        List<PlacedPrefix> networks = new ArrayList<>();
        for (RawValue text : texts(key)) {
            IpPrefix network =
                    problems.parseShown(
                            text, IpPrefix::parse, "write it like 192.168.50.0/24 or fd00:1::/48");
            if (network == null) {
                continue;
            }
            if (!network.isMasked()) {
                problems.warning(
                        text.source(),
                        network + " has bits set behind its prefix",
                        "using " + network.masked());
            }
            networks.add(new PlacedPrefix(network.masked(), text.source()));
        }
        return networks;
    }

    /** Endpoints that are addresses, not names. */
    List<Endpoint> places(SchemaKey key) {
        List<Endpoint> places = new ArrayList<>();
        for (RawValue text : texts(key)) {
            Endpoint place =
                    problems.parseShown(
                            text, ValueReader::place, "write it like 203.0.113.5:51820");
            if (place != null) {
                places.add(place);
            }
        }
        return places;
    }

    private static Endpoint place(String text) {
        Endpoint endpoint = Endpoint.parse(text);
        if (endpoint.address().isEmpty()) {
            throw new IllegalArgumentException(
                    Shown.quoted(text) + " is a name; give the address that others are to use");
        }
        return endpoint;
    }

    private List<RawValue> texts(SchemaKey key) {
        RawValue value = table.get(key);
        return value == null ? List.of() : value.texts();
    }
}
