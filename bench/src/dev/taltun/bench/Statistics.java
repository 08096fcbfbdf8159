package dev.taltun.bench;

import java.util.List;

/** What is made of the figures of the repetitions. */
final class Statistics {
    private Statistics() {}

    /** Middle of the sorted values, between the two middle ones where their number is even. */
    static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
