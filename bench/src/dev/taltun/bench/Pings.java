package dev.taltun.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/** Round trips from end a to end b by ping(8), in microseconds. */
final class Pings {
    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");
    private static final int DIGITS = 3;

    private Pings() {}

    /** A histogram for round trips in microseconds. */
    static Histogram histogram() {
        return new Histogram(DIGITS);
    }

    /** Sends a number of pings at an interval; those without answer are left out. */
    static Histogram run(Lab lab, String target, int count, double seconds) throws BenchFailure {
        String interval = String.format(Locale.ROOT, "%.3f", seconds);
        List<String> command = List.of("ping", "-c", "" + count, "-i", interval, "-W", "1", target);
        Duration limit = Duration.ofSeconds((long) (count * seconds * 4) + 10);
        Histogram times = parse(Programs.attempt(limit, lab.at(0, command)).output());
        if (times.getTotalCount() == 0) {
            throw new BenchFailure("ping: no answers");
        }
        return times;
    }

    static Histogram parse(String output) {
        Histogram times = histogram();
        Matcher time = TIME.matcher(output);
        while (time.find()) {
            times.recordValue(Math.round(Double.parseDouble(time.group(1)) * 1000));
        }
        return times;
    }

    /** A percentile in milliseconds. */
    static double millis(Histogram times, double percentile) {
        return times.getValueAtPercentile(percentile) / 1000.0;
    }

    /** Whether end b answers one ping soon. */
    static boolean answers(Lab lab, String target) throws BenchFailure {
        List<String> command = List.of("ping", "-c", "1", "-W", "0.2", target);
        return Programs.attempt(Duration.ofSeconds(5), lab.at(0, command)).exit() == 0;
    }
}
