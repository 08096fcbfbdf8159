package dev.taltun.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * From TOML text to {@link RawConfig}: which tables and keys are known, and values of the right
 * kind.
 *
 * <p>Syntax errors end the reading here; everything else is noted and reading goes on.
 */
final class TomlReader {
    private static final String INTERFACE = "interface";
    private static final String PEERS = "peers";
    private static final List<String> TABLES = List.of(INTERFACE, PEERS);

    /** What the parser stumbled over, in its own message; it may be a piece of a key. */
    private static final Pattern EXCERPT = Pattern.compile("'[^']{2,}'");

    private final String file;
    private final Problems problems;

    TomlReader(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    /** Reads the whole text; what could not be used is in the problems. Null if it is not TOML. */
    RawConfig read(String text) {
        TomlParseResult root;
        try {
            root = Toml.parse(text);
        } catch (StackOverflowError | AssertionError | RuntimeException e) {
            // The parser's own, when hostile text nests too deeply or outwits its error recovery.
            problems.error(
                    at(null, ""), "not readable as TOML", "start from an example in config/");
            return null;
        }
        if (root.hasErrors()) {
            root.errors().forEach(this::syntax);
            return null;
        }
        return tables(root, new RawConfig(new RawTable(at(null, "")), new ArrayList<>()));
    }

    private void syntax(TomlParseError error) {
        String message = EXCERPT.matcher(error.getMessage()).replaceAll("text");
        String first = message.lines().findFirst().orElse("not TOML");
        Source source = at(error.position(), "");
        problems.error(source, lowerFirst(first), syntaxRemedy(first));
    }

    private static String lowerFirst(String text) {
        return text.startsWith("Un") || text.startsWith("In")
                ? Character.toLowerCase(text.charAt(0)) + text.substring(1)
                : text;
    }

    private static String syntaxRemedy(String message) {
        if (message.contains("expected a value")) {
            return "write a value after \"=\", text in quotes";
        }
        if (message.contains("previously defined")) {
            return "keep one of them";
        }
        if (message.contains(", expected \"") || message.contains(", expected '")) {
            return "close the quotes on the same line";
        }
        if (message.contains("expected . or =")) {
            return "write key = value";
        }
        if (message.contains("escape")) {
            return "write \\\\ for a backslash, or use single quotes";
        }
        return "write one key = value a line, text in quotes";
    }

    private RawConfig tables(TomlParseResult root, RawConfig config) {
        RawTable iface = config.iface();
        // Without the table its keys are not missing one by one.
        iface.spoil(InterfaceKey.VIP);
        iface.spoil(InterfaceKey.PRIVATE_KEY);
        int errorsBefore = problems.errors();
        for (String key : root.keySet()) {
            Source source = at(root.inputPositionOf(List.of(key)), "");
            Object value = root.get(List.of(key));
            if (key.equals(INTERFACE) && value instanceof TomlTable table) {
                iface = table(table, source, InterfaceKey.values(), PeerKey.values());
            } else if (key.equals(PEERS) && value instanceof TomlArray array) {
                peers(array, source, config.peers());
            } else {
                unknownTable(key, value, source);
            }
        }
        if (!root.contains(List.of(INTERFACE)) && problems.errors() == errorsBefore) {
            problems.error(
                    at(null, ""),
                    "there is no [interface] table",
                    "begin the file with a line [interface]");
        }
        return new RawConfig(iface, config.peers());
    }

    private void peers(TomlArray array, Source source, List<RawTable> peers) {
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i) instanceof TomlTable table) {
                Source header = at(array.inputPositionOf(i), "");
                peers.add(table(table, header, PeerKey.values(), InterfaceKey.values()));
            } else {
                problems.error(
                        source.labelled(PEERS),
                        "holds something that is not a table",
                        "begin each peer with a line [[peers]]");
            }
        }
    }

    private void unknownTable(String key, Object value, Source source) {
        Source place = source.labelled(Shown.plain(key));
        if (key.equals(INTERFACE) && value instanceof TomlArray) {
            problems.error(
                    place, "written with double brackets", "there is one: write [interface]");
        } else if (key.equals(PEERS) && value instanceof TomlTable) {
            problems.error(place, "written with single brackets", "write [[peers]] for each peer");
        } else if (TABLES.contains(key)) {
            problems.error(
                    place, "not a table", "write " + bracketed(key) + " on a line of its own");
        } else if (value instanceof TomlTable || value instanceof TomlArray) {
            String remedy =
                    Suggestion.closest(key, TABLES)
                            .map(table -> "did you mean " + bracketed(table) + "?")
                            .orElse("there are only [interface] and [[peers]]");
            problems.error(place, "unknown table", remedy);
        } else {
            problems.error(place, "stands before any table", outsideRemedy(key));
        }
    }

    private static String outsideRemedy(String key) {
        if (find(key, InterfaceKey.values()) == null && find(key, PeerKey.values()) != null) {
            return "put it under a line [[peers]]";
        }
        return "put it under the line [interface]";
    }

    private static String bracketed(String table) {
        return table.equals(PEERS) ? "[[peers]]" : "[" + table + "]";
    }

    private RawTable table(TomlTable table, Source header, SchemaKey[] own, SchemaKey[] others) {
        RawTable raw = new RawTable(header);
        for (String name : table.keySet()) {
            Source source = at(table.inputPositionOf(List.of(name)), Shown.plain(name));
            SchemaKey key = find(name, own);
            if (key == null) {
                unknownKey(name, source, own, others).ifPresent(raw::spoil);
                continue;
            }
            RawValue value = value(key, table.get(List.of(name)), source);
            if (value == null) {
                raw.spoil(key);
            } else {
                raw.put(key, value);
            }
        }
        return raw;
    }

    /** Says what is wrong with the key; returns the key of this table that was probably meant. */
    private Optional<SchemaKey> unknownKey(
            String name, Source source, SchemaKey[] own, SchemaKey[] others) {
        String here = own[0] instanceof PeerKey ? "[[peers]]" : "[interface]";
        String there = own[0] instanceof PeerKey ? "[interface]" : "[[peers]]";
        if (find(name, others) != null) {
            problems.error(source, "does not belong in " + here, "move it to " + there);
            return Optional.empty();
        }
        Optional<String> near = Suggestion.closest(name, texts(own));
        String remedy =
                near.map(word -> "did you mean \"" + word + "\"?")
                        .or(
                                () ->
                                        Suggestion.closest(name, texts(others))
                                                .map(word -> elsewhere(word, there)))
                        .orElse(here + " knows " + String.join(", ", texts(own)));
        problems.error(source, "unknown key", remedy);
        return near.map(word -> find(word, own));
    }

    private static String elsewhere(String word, String there) {
        return "did you mean \"" + word + "\", which belongs in " + there + "?";
    }

    private static List<String> texts(SchemaKey[] keys) {
        return Arrays.stream(keys).map(SchemaKey::text).toList();
    }

    private static SchemaKey find(String name, SchemaKey[] keys) {
        for (SchemaKey key : keys) {
            if (key.text().equals(name)) {
                return key;
            }
        }
        return null;
    }

    private RawValue value(SchemaKey key, Object value, Source source) {
        boolean fits =
                switch (key.kind()) {
                    case TEXT -> value instanceof String;
                    case NUMBER -> value instanceof Long;
                    case SWITCH -> value instanceof Boolean;
                    case TEXTS -> value instanceof String || value instanceof TomlArray;
                };
        if (!fits) {
            problems.error(
                    source,
                    "must be " + key.kind().words + ", not " + words(value),
                    kindRemedy(key, value));
            return null;
        }
        return value instanceof TomlArray array
                ? texts(key, array, source)
                : new RawValue(value, source);
    }

    private RawValue texts(SchemaKey key, TomlArray array, Source source) {
        List<RawValue> elements = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            Source place = at(array.inputPositionOf(i), source.label());
            if (array.get(i) instanceof String text) {
                elements.add(new RawValue(text, place));
            } else {
                problems.error(
                        place,
                        "must be " + key.kind().words + ", not a list of " + words(array.get(i)),
                        "put each element in quotes");
            }
        }
        return new RawValue(elements, source);
    }

    private static String words(Object value) {
        return switch (value) {
            case String text -> "text";
            case Long number -> "a number";
            case Double number -> "a fraction";
            case Boolean bool -> "true or false";
            case TomlArray array -> "a list";
            case TomlTable table -> "a table";
            default -> "a date";
        };
    }

    private static String kindRemedy(SchemaKey key, Object value) {
        return switch (key.kind()) {
            case NUMBER, SWITCH ->
                    value instanceof String
                            ? "remove the quotes"
                            : "write "
                                    + key.text()
                                    + (key.kind() == Kind.NUMBER ? " = 10" : " = true");
            case TEXT, TEXTS -> "write " + key.text() + " = \"...\"";
        };
    }

    private Source at(TomlPosition position, String label) {
        return position == null
                ? new Source(file, 0, 0, label)
                : new Source(file, position.line(), position.column(), label);
    }
}
