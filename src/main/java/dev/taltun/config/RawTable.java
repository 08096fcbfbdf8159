package dev.taltun.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** One table as it was written: known keys with values of the right kind. For one thread. */
final class RawTable {
    private final Source header;
    private final Map<SchemaKey, RawValue> values = new HashMap<>();

    private final Set<SchemaKey> spoiled = new HashSet<>();

    /** {@code header} is where the table begins; errors about what is missing point there. */
    RawTable(Source header) {
        this.header = header;
    }

    Source header() {
        return header;
    }

    void put(SchemaKey key, RawValue value) {
        values.put(key, value);
    }

    void remove(SchemaKey key) {
        values.remove(key);
    }

    /** The value, or null. */
    RawValue get(SchemaKey key) {
        return values.get(key);
    }

    /** Notes that the key was meant but written wrongly, which has been said already. */
    void spoil(SchemaKey key) {
        spoiled.add(key);
    }

    /** Whether the key is absent, and not only because of a mistake that is known. */
    boolean lacks(SchemaKey key) {
        return !values.containsKey(key) && !spoiled.contains(key);
    }

    /** Place of a key that is not there. */
    Source missing(SchemaKey key) {
        if (header.file() != null) {
            return header.labelled(key.text());
        }
        return key instanceof InterfaceKey own ? Source.flag(own.flag()) : header;
    }
}
