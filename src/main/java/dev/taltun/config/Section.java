package dev.taltun.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The tables a file can hold. */
enum Section {
    INTERFACE("interface", "[interface]", InterfaceKey.values()),
    GATEWAY("gateway", "[gateway]", GatewayKey.values()),
    PEERS("peers", "[[peers]]", PeerKey.values());

    /** The table's name. */
    final String text;

    /** The line that begins it. */
    final String header;

    private final SchemaKey[] keys;

    Section(String text, String header, SchemaKey[] keys) {
        this.text = text;
        this.header = header;
        this.keys = keys;
    }

    /** Whether there may be many of it. */
    boolean repeats() {
        return this == PEERS;
    }

    /** The section of that name, or null. */
    static Section named(String text) {
        return Arrays.stream(values()).filter(it -> it.text.equals(text)).findFirst().orElse(null);
    }

    static List<String> names() {
        return Arrays.stream(values()).map(section -> section.text).toList();
    }

    /** {@code [interface], [gateway] and [[peers]]}. */
    static String listed() {
        List<String> headers = Arrays.stream(values()).map(section -> section.header).toList();
        int last = headers.size() - 1;
        return String.join(", ", headers.subList(0, last)) + " and " + headers.get(last);
    }

    /** The key of that name, or null. */
    SchemaKey key(String name) {
        return Arrays.stream(keys).filter(key -> key.text().equals(name)).findFirst().orElse(null);
    }

    /** The names of the keys, in the order of the schema. */
    List<String> keyNames() {
        return Arrays.stream(keys).map(SchemaKey::text).toList();
    }

    List<Section> others() {
        List<Section> others = new ArrayList<>(List.of(values()));
        others.remove(this);
        return others;
    }
}
