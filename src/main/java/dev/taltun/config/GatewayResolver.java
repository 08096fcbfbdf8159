package dev.taltun.config;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** From the {@code [gateway]} table to typed values. Every default of this table stands here. */
final class GatewayResolver {
    private final RawTable table;
    private final Problems problems;
    private final ValueReader values;

    /** {@code table} is null where the file has none. */
    GatewayResolver(RawTable table, Problems problems) {
        this.table = table;
        this.problems = problems;
        this.values = table == null ? null : new ValueReader(table, problems);
    }

    /** The gateway, if this node is to be one. */
    Optional<GatewayConfig> resolve(InterfaceConfig iface) {
        if (table == null) {
            return Optional.empty();
        }
        if (iface.mode() == Mode.LIGHTHOUSE) {
            problems.error(
                    table.header().labelled(Section.GATEWAY.text),
                    "a lighthouse has no interface to forward from",
                    "leave [gateway] out, or choose mode = \"server\"");
        }
        boolean forward = values.isTrueOr(GatewayKey.FORWARD, true);
        List<String> masquerade = masquerade(iface.tunName());
        boolean clamp = values.isTrueOr(GatewayKey.MSS_CLAMP, forward);
        if (!forward) {
            needsForward(GatewayKey.MASQUERADE, !masquerade.isEmpty());
            needsForward(GatewayKey.MSS_CLAMP, clamp);
        }
        return Optional.of(new GatewayConfig(forward, masquerade, clamp));
    }

    private void needsForward(GatewayKey key, boolean asked) {
        if (asked) {
            problems.error(
                    table.get(key).source(),
                    "changes forwarded packets, and forward is false",
                    "write forward = true, or leave this out");
        }
    }

    private List<String> masquerade(String tunName) {
        RawValue value = table.get(GatewayKey.MASQUERADE);
        if (value == null) {
            return List.of();
        }
        return value.texts().stream()
                .map(
                        text ->
                                problems.parseShown(
                                        text,
                                        name -> masqueraded(name, tunName),
                                        "name an interface of this machine, like eth0"))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    private static String masqueraded(String name, String tunName) {
        if (name.equals(tunName)) {
            throw new IllegalArgumentException(
                    "the tunnel itself; name the interface behind whose address its packets are to"
                            + " leave, like eth0");
        }
        return InterfaceName.parse(name);
    }
}
