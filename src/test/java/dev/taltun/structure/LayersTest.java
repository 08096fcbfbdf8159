package dev.taltun.structure;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Which package may use which. The table is complete: a package that is not in it, or an edge that
 * it does not grant, fails. Read from the compiled classes by the JDK's {@code jdeps}, which also
 * sees the constants that javac inlines. A sub-package belongs to its parent.
 */
final class LayersTest {
    private static final Map<String, Set<String>> MAY_USE =
            Map.ofEntries(
                    entry("ffi", Set.of()),
                    entry("memory", Set.of()),
                    entry("agent", Set.of()),
                    entry("metrics", Set.of()),
                    entry("crypto", Set.of("ffi", "memory")),
                    entry("routing", Set.of()),
                    entry("config", Set.of("crypto", "routing")),
                    entry("protocol", Set.of("memory")),
                    entry("io", Set.of("ffi", "memory")),
                    entry("host", Set.of("config", "ffi", "io", "routing")),
                    entry("noise", Set.of("crypto", "memory", "protocol")),
                    entry("peer", Set.of("crypto", "io", "metrics", "noise", "routing")),
                    entry(
                            "dataplane",
                            Set.of(
                                    "agent",
                                    "crypto",
                                    "ffi",
                                    "io",
                                    "memory",
                                    "metrics",
                                    "noise",
                                    "peer",
                                    "protocol",
                                    "routing")),
                    entry(
                            "control",
                            Set.of(
                                    "agent",
                                    "config",
                                    "crypto",
                                    "dataplane",
                                    "io",
                                    "memory",
                                    "metrics",
                                    "noise",
                                    "peer",
                                    "protocol",
                                    "routing")),
                    entry(
                            "api",
                            Set.of(
                                    "agent", "config", "control", "crypto", "io", "metrics",
                                    "routing")),
                    entry(
                            "engine",
                            Set.of(
                                    "agent",
                                    "api",
                                    "config",
                                    "control",
                                    "crypto",
                                    "dataplane",
                                    "ffi",
                                    "host",
                                    "io",
                                    "memory",
                                    "metrics",
                                    "noise",
                                    "peer",
                                    "protocol",
                                    "routing")),
                    entry("cli", Set.of("api", "config", "crypto", "engine", "metrics")));

    private static final String ROOT = "dev.taltun.";
    private static final Pattern EDGE =
            Pattern.compile("^\\s+(dev\\.taltun\\.\\S+)\\s+->\\s+(dev\\.taltun\\.\\S+)");

    @Test
    void everyEdgeIsGrantedByTheTable() {
        List<String> lines = jdeps("-verbose:package", "-e", "dev\\.taltun\\..*");
        Set<String> violations = new TreeSet<>();
        for (Map.Entry<String, String> edge : edges(lines)) {
            String from = layer(edge.getKey());
            String to = layer(edge.getValue());
            Set<String> granted = MAY_USE.get(from);
            if (granted == null) {
                violations.add(edge.getKey() + " is not in the table of packages");
            } else if (!from.equals(to) && !granted.contains(to)) {
                violations.add(edge.getKey() + " uses " + edge.getValue());
            }
        }
        assertEquals(Set.of(), violations, "edges the table of packages does not grant");
    }

    @Test
    void everyPackageIsInTheTable() {
        Set<String> unknown = new TreeSet<>();
        for (String name : Sources.packages()) {
            if (!MAY_USE.containsKey(layer(name))) {
                unknown.add(name);
            }
        }
        assertEquals(Set.of(), unknown, "packages the table does not know");
    }

    @Test
    void theTableHasNoCycleAndNamesOnlyItself() {
        Set<String> placed = new HashSet<>();
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Map.Entry<String, Set<String>> row : MAY_USE.entrySet()) {
                if (placed.containsAll(row.getValue())) {
                    moved |= placed.add(row.getKey());
                }
            }
        }
        assertEquals(MAY_USE.keySet(), placed, "rows that rest only on rows below them");
    }

    private static List<Map.Entry<String, String>> edges(List<String> lines) {
        List<Map.Entry<String, String>> edges = new ArrayList<>();
        for (String line : lines) {
            Matcher edge = EDGE.matcher(line);
            if (edge.find()) {
                edges.add(entry(edge.group(1), edge.group(2)));
            }
        }
        return edges;
    }

    private static String layer(String packageName) {
        String tail = packageName.substring(ROOT.length());
        int dot = tail.indexOf('.');
        return dot < 0 ? tail : tail.substring(0, dot);
    }

    private static List<String> jdeps(String... options) {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add(Path.of("target", "classes").toString());
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out, true);
        int rc =
                ToolProvider.findFirst("jdeps")
                        .orElseThrow()
                        .run(writer, writer, arguments.toArray(String[]::new));
        assertEquals(0, rc, out.toString());
        return out.toString().lines().toList();
    }
}
