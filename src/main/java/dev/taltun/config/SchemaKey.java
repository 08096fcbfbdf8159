package dev.taltun.config;

/** A key of one of the two tables. */
interface SchemaKey {
    /** As written in the file. */
    String text();

    Kind kind();
}
