package dev.taltun.config;

import java.nio.charset.StandardCharsets;

/** What the kernel takes as a name ({@code dev_valid_name}), less its pattern sign. */
final class InterfaceName {
    /** {@code IFNAMSIZ} without the final zero. */
    private static final int BYTES_MAX = 15;

    private InterfaceName() {}

    /** The same name; IllegalArgumentException with a reason if it cannot be one. */
    static String parse(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    "not the name of an interface; use one like taltun0");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "an interface's name has at most " + BYTES_MAX + " bytes; shorten it");
        }
        if (name.chars().anyMatch(InterfaceName::isForbidden)) {
            throw new IllegalArgumentException(
                    "an interface's name has no white space, \"/\", \":\" or \"%\"; use one like"
                            + " taltun0");
        }
        return name;
    }

    private static boolean isForbidden(int c) {
        return c == '/'
                || c == ':'
                || c == '%'
                || Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || Character.isISOControl(c);
    }
}
