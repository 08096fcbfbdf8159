package dev.taltun.config;

import java.util.Locale;

/** A key of one of the tables of a {@link Section}. */
interface SchemaKey {
    /** The constant's. */
    String name();

    /** As written in the file: the constant's name in lower case. */
    default String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    Kind kind();
}
