package dev.taltun.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Collects mistakes, so that one run names them all. For one thread. */
final class Problems {
    private record Entry(Source source, String text) {}

    private final List<Entry> errors = new ArrayList<>();
    private final List<Entry> warnings = new ArrayList<>();

    /** {@code problem} says what is wrong, {@code remedy} what to do about it. */
    void error(Source source, String problem, String remedy) {
        errors.add(new Entry(source, problem + "; " + remedy));
    }

    void warning(Source source, String problem, String remedy) {
        warnings.add(new Entry(source, problem + "; " + remedy));
    }

    /**
     * Parses a text, or notes why it cannot be and returns null.
     *
     * @param remedy used unless the parser's reason already holds one
     */
    <T> T parse(RawValue value, Function<String, T> parser, String remedy) {
        try {
            return parser.apply(value.text());
        } catch (IllegalArgumentException e) {
            reason(value.source(), e, remedy);
            return null;
        }
    }

    /** Like {@link #parse}, showing the text; not for keys. */
    <T> T parseShown(RawValue value, Function<String, T> parser, String remedy) {
        try {
            return parser.apply(value.text());
        } catch (IllegalArgumentException e) {
            String shown = Shown.quoted(value.text()) + ": " + e.getMessage();
            reason(value.source(), new IllegalArgumentException(shown, e), remedy);
            return null;
        }
    }

    /** Notes what a parser threw; the remedy is for reasons that hold none. */
    void reason(Source source, IllegalArgumentException e, String remedy) {
        String text = e.getMessage();
        errors.add(new Entry(source, text.contains("; ") ? text : text + "; " + remedy));
    }

    int errors() {
        return errors.size();
    }

    void throwIfAny() throws ConfigException {
        if (!errors.isEmpty()) {
            throw new ConfigException(lines(errors));
        }
    }

    List<String> warnings() {
        return lines(warnings).stream().map(line -> "warning: " + line).toList();
    }

    private static String line(Entry entry) {
        String place = entry.source.text();
        return place.isEmpty() ? entry.text : place + ": " + entry.text;
    }

    /** In the order of the file; flags first. */
    private static List<String> lines(List<Entry> entries) {
        if (entries.isEmpty()) {
            return List.of();
        }
        return entries.stream()
                .sorted(
                        Comparator.comparingInt((Entry entry) -> entry.source.line())
                                .thenComparingInt(entry -> entry.source.column()))
                .map(Problems::line)
                .distinct()
                .toList();
    }
}
