package dev.taltun.config;

/**
 * Makes text from the user safe to print: one line, not too long, and without anything that could
 * be a key, since a key put in the wrong place is still a secret.
 */
public final class Shown {
    private static final int LENGTH_MAX = 60;

    /**
     * Runs of base64 or hex digits from this length on are hidden; IP addresses have shorter ones.
     */
    private static final int SECRET_RUN = 20;

    private Shown() {}

    /** {@link #plain} in quotes. */
    public static String quoted(String text) {
        return '"' + plain(text) + '"';
    }

    /**
     * The text without control characters, cut if long, and with long runs of key digits hidden.
     */
    public static String plain(String text) {
        StringBuilder shown = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && isKeyDigit(text.charAt(end))) {
                end++;
            }
            if (end - at >= SECRET_RUN) {
                shown.append("(hidden)");
            } else {
                shown.append(text, at, end);
            }
            if (end < text.length()) {
                shown.append(printable(text.charAt(end++)));
            }
            at = end;
        }
        if (shown.length() > LENGTH_MAX) {
            shown.setLength(LENGTH_MAX - 3);
            shown.append("...");
        }
        return shown.toString();
    }

    private static char printable(char c) {
        int type = Character.getType(c);
        boolean strange =
                Character.isISOControl(c)
                        || type == Character.FORMAT
                        || type == Character.SURROGATE
                        || type == Character.LINE_SEPARATOR
                        || type == Character.PARAGRAPH_SEPARATOR
                        || type == Character.UNASSIGNED
                        || type == Character.PRIVATE_USE;
        return strange ? '?' : c;
    }

    private static boolean isKeyDigit(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '+'
                || c == '/'
                || c == '=';
    }

    /** A file's path: shown whole, unless one of its names could be a key. */
    static String path(String path) {
        String[] names = path.split("/", -1);
        for (int i = 0; i < names.length; i++) {
            names[i] = names[i].length() >= SECRET_RUN * 2 ? plain(names[i]) : oneLine(names[i]);
        }
        return String.join("/", names);
    }

    private static String oneLine(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.chars().forEach(c -> shown.append(printable((char) c)));
        return shown.toString();
    }
}
