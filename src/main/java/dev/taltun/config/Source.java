package dev.taltun.config;

/**
 * Where a value came from, for messages.
 *
 * @param file as the user named it; null for a flag
 * @param line 1-based; 0 for a flag, or for the file as a whole
 * @param column 1-based; 0 as for the line
 * @param label the key, or the flag
 */
record Source(String file, int line, int column, String label) {
    static Source flag(String flag) {
        return new Source(null, 0, 0, flag);
    }

    /** Another key at the same place. */
    Source labelled(String key) {
        return new Source(file, line, column, key);
    }

    /** Head of a message: {@code FILE:LINE:COLUMN: key}. */
    String text() {
        if (file == null) {
            return label;
        }
        String place = line > 0 ? file + ":" + line + ":" + column : file;
        return label.isEmpty() ? place : place + ": " + label;
    }

    /** For the other place of a conflict: {@code line 12}. */
    String brief() {
        return file == null ? label : "line " + line;
    }
}
