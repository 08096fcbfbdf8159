package dev.taltun.bench;

import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The figures of one contender in one repetition, and what kept others from being measured. */
final class Outcome {
    private final Map<Axis, Double> figures = new EnumMap<>(Axis.class);
    private final Map<Axis, String> failures = new EnumMap<>(Axis.class);
    private final Histogram idle = Pings.histogram();
    private final Histogram loaded = Pings.histogram();
    private String failure;

    void put(Axis axis, double figure) {
        figures.put(axis, figure);
    }

    void fail(Axis axis, String reason) {
        failures.put(axis, reason);
    }

    /** The contender could not be measured at all, or no further. */
    void fail(String reason) {
        failure = reason;
    }

    Map<Axis, Double> figures() {
        return figures;
    }

    Map<Axis, String> failures() {
        return failures;
    }

    Histogram idle() {
        return idle;
    }

    Histogram loaded() {
        return loaded;
    }

    /** Null if it was measured to the end. */
    String failure() {
        return failure;
    }
}
