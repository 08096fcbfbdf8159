package dev.taltun.config;

import java.util.List;

/** A configuration that cannot be used. Its lines are for the user; there is no stack trace. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // Exceptions of this program are never serialized.
    private final List<String> lines;

    /** One line per mistake, each complete in itself; at least one. */
    public ConfigException(List<String> lines) {
        super(String.join("\n", lines), null, false, false);
        this.lines = List.copyOf(lines);
    }

    /** One line per mistake: where, what, and the remedy. */
    public List<String> lines() {
        return lines;
    }
}
