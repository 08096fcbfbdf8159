package dev.taltun.bench;

import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Everything that was measured, for other programs. */
final class JsonReport {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};

    private JsonReport() {}

    /**
     * @param versions of each contender
     */
    static String of(
            Results results,
            Settings settings,
            MachineFacts machine,
            Map<String, String> versions) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("machine", machine);
        whole.put("settings", settings);
        whole.put("lossFreeMeansLossOfAtMost", LossFreeSearch.LOSS_MAX);
        Map<String, Object> contenders = new LinkedHashMap<>();
        for (String name : results.contenders()) {
            contenders.put(name, contender(results, name, versions.get(name)));
        }
        whole.put("contenders", contenders);
        return new GsonBuilder().setPrettyPrinting().create().toJson(whole) + "\n";
    }

    private static Map<String, Object> contender(Results results, String name, String version) {
        Map<String, Object> axes = new LinkedHashMap<>();
        for (Axis axis : Axis.values()) {
            double value = results.value(name, axis);
            if (!Double.isNaN(value)) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("title", axis.title());
                one.put("unit", axis.unit());
                one.put(axis.isPooled() ? "value" : "median", value);
                if (!axis.isPooled()) {
                    one.put("repetitions", results.figures(name, axis));
                }
                axes.put(axis.name().toLowerCase(Locale.ROOT), one);
            }
        }
        Map<String, Object> contender = new LinkedHashMap<>();
        contender.put("version", version);
        contender.put("axes", axes);
        contender.put("pingIdleMillis", pings(results, name, true));
        contender.put("pingLoadedMillis", pings(results, name, false));
        contender.put("failures", failures(results.of(name)));
        return contender;
    }

    /** Percentiles of each repetition: the table has those of all together. */
    private static List<Map<String, Object>> pings(Results results, String name, boolean idle) {
        List<Map<String, Object>> repetitions = new ArrayList<>();
        for (Outcome outcome : results.of(name)) {
            Histogram times = idle ? outcome.idle() : outcome.loaded();
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("answers", times.getTotalCount());
            for (double percentile : PERCENTILES) {
                one.put("p" + percentile, Pings.millis(times, percentile));
            }
            repetitions.add(one);
        }
        return repetitions;
    }

    private static List<String> failures(List<Outcome> outcomes) {
        List<String> lines = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            outcome.failures().forEach((axis, reason) -> lines.add(axis.title() + ": " + reason));
            if (outcome.failure() != null) {
                lines.add(outcome.failure());
            }
        }
        return lines;
    }
}
