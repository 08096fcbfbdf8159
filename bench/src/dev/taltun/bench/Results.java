package dev.taltun.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/** All outcomes of a run, by contender, in the order of the table. */
final class Results {
    private static final String NONE = "-";

    private final Map<String, List<Outcome>> outcomes = new LinkedHashMap<>();

    void add(String contender, Outcome outcome) {
        outcomes.computeIfAbsent(contender, name -> new ArrayList<>()).add(outcome);
    }

    Set<String> contenders() {
        return outcomes.keySet();
    }

    List<Outcome> of(String contender) {
        return outcomes.get(contender);
    }

    /** The figures of an axis, one for each repetition in which there was one. */
    List<Double> figures(String contender, Axis axis) {
        return outcomes.get(contender).stream()
                .filter(outcome -> outcome.figures().containsKey(axis))
                .map(outcome -> outcome.figures().get(axis))
                .toList();
    }

    /** The median of the repetitions, or a percentile of all pings; not a number if none. */
    double value(String contender, Axis axis) {
        if (!axis.isPooled()) {
            return Statistics.median(figures(contender, axis));
        }
        Histogram all = pings(contender, axis.name().startsWith("IDLE_"));
        if (all.getTotalCount() == 0) {
            return Double.NaN;
        }
        String digits = axis.name().substring(axis.name().lastIndexOf('P') + 1);
        double percentile =
                Double.parseDouble(digits.substring(0, 2) + "." + digits.substring(2) + "0");
        return Pings.millis(all, percentile);
    }

    /** The pings of all repetitions. */
    Histogram pings(String contender, boolean idle) {
        Histogram all = Pings.histogram();
        for (Outcome outcome : outcomes.get(contender)) {
            all.add(idle ? outcome.idle() : outcome.loaded());
        }
        return all;
    }

    /** Why figures are missing: lines "contender, axis: reason", each once. */
    List<String> failures() {
        Set<String> lines = new LinkedHashSet<>();
        outcomes.forEach(
                (contender, all) -> {
                    for (Outcome outcome : all) {
                        outcome.failures()
                                .forEach(
                                        (axis, reason) ->
                                                lines.add(
                                                        contender
                                                                + ", "
                                                                + axis.title()
                                                                + ": "
                                                                + reason));
                        if (outcome.failure() != null) {
                            lines.add(contender + ": " + outcome.failure());
                        }
                    }
                });
        return List.copyOf(lines);
    }

    /** One row for each axis, one column for each contender. */
    String table() {
        TextTable table = new TextTable();
        List<String> head = new ArrayList<>(List.of("median", ""));
        head.addAll(contenders());
        table.row(head);
        for (Axis axis : Axis.values()) {
            List<String> row = new ArrayList<>(List.of(axis.title(), axis.unit()));
            for (String contender : contenders()) {
                row.add(cell(axis, value(contender, axis)));
            }
            table.row(row);
        }
        return table.toString();
    }

    static String cell(Axis axis, double value) {
        return Double.isNaN(value)
                ? NONE
                : String.format(Locale.ROOT, "%." + axis.decimals() + "f", value);
    }
}
