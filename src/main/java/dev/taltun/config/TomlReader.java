package dev.taltun.config;

import java.util.ArrayList;
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
        return tables(root, new RawConfig(new RawTable(at(null, "")), null, new ArrayList<>()));
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
        RawTable gateway = null;
        // Without the table its keys are not missing one by one.
        iface.spoil(InterfaceKey.VIP);
        iface.spoil(InterfaceKey.PRIVATE_KEY);
        int errorsBefore = problems.errors();
        for (String key : root.keySet()) {
            Source source = at(root.inputPositionOf(List.of(key)), "");
            Object value = root.get(List.of(key));
            Section section = Section.named(key);
            if (section == Section.INTERFACE && value instanceof TomlTable table) {
                iface = table(table, source, section);
            } else if (section == Section.GATEWAY && value instanceof TomlTable table) {
                gateway = table(table, source, section);
            } else if (section == Section.PEERS && value instanceof TomlArray array) {
                peers(array, source, config.peers());
            } else {
                unknownTable(key, value, source);
            }
        }
        if (!root.contains(List.of(Section.INTERFACE.text)) && problems.errors() == errorsBefore) {
            problems.error(
                    at(null, ""),
                    "there is no [interface] table",
                    "begin the file with a line [interface]");
        }
        return new RawConfig(iface, gateway, config.peers());
    }

    private void peers(TomlArray array, Source source, List<RawTable> peers) {
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i) instanceof TomlTable table) {
                Source header = at(array.inputPositionOf(i), "");
                peers.add(table(table, header, Section.PEERS));
            } else {
                problems.error(
                        source.labelled(Section.PEERS.text),
                        "holds something that is not a table",
                        "begin each peer with a line [[peers]]");
            }
        }
    }

    private void unknownTable(String key, Object value, Source source) {
        Source place = source.labelled(Shown.plain(key));
        Section section = Section.named(key);
        if (section != null && !section.repeats() && value instanceof TomlArray) {
            problems.error(
                    place, "written with double brackets", "there is one: write " + section.header);
        } else if (section != null && section.repeats() && value instanceof TomlTable) {
            problems.error(place, "written with single brackets", "write [[peers]] for each peer");
        } else if (section != null) {
            problems.error(
                    place, "not a table", "write " + section.header + " on a line of its own");
        } else if (value instanceof TomlTable || value instanceof TomlArray) {
            String remedy =
                    Suggestion.closest(key, Section.names())
                            .map(name -> "did you mean " + Section.named(name).header + "?")
                            .orElse("there are only " + Section.listed());
            problems.error(place, "unknown table", remedy);
        } else {
            problems.error(place, "stands before any table", outsideRemedy(key));
        }
    }

    private static String outsideRemedy(String key) {
        for (Section section : Section.values()) {
            if (section.key(key) != null) {
                String line = section.repeats() ? "a line " : "the line ";
                return "put it under " + line + section.header;
            }
        }
        return "put it under the line [interface]";
    }

    private RawTable table(TomlTable table, Source header, Section section) {
        RawTable raw = new RawTable(header);
        for (String name : table.keySet()) {
            Source source = at(table.inputPositionOf(List.of(name)), Shown.plain(name));
            SchemaKey key = section.key(name);
            if (key == null) {
                unknownKey(name, source, section).ifPresent(raw::spoil);
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
    private Optional<SchemaKey> unknownKey(String name, Source source, Section section) {
        for (Section other : section.others()) {
            if (other.key(name) != null) {
                problems.error(
                        source,
                        "does not belong in " + section.header,
                        "move it to " + other.header);
                return Optional.empty();
            }
        }
        Optional<String> near = Suggestion.closest(name, section.keyNames());
        String remedy =
                near.map(word -> "did you mean \"" + word + "\"?")
                        .or(() -> elsewhere(name, section))
                        .orElse(section.header + " knows " + String.join(", ", section.keyNames()));
        problems.error(source, "unknown key", remedy);
        return near.map(section::key);
    }

    private static Optional<String> elsewhere(String name, Section section) {
        return section.others().stream()
                .flatMap(
                        other ->
                                Suggestion.closest(name, other.keyNames()).stream()
                                        .map(word -> belongs(word, other)))
                .findFirst();
    }

    private static String belongs(String word, Section section) {
        return "did you mean \"" + word + "\", which belongs in " + section.header + "?";
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
