package dev.taltun.netns;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Echo requests by ping(8), from one namespace to an address of either family. */
public final class Ping {
    private static final Pattern STATISTICS =
            Pattern.compile("(\\d+) packets transmitted, (\\d+) received");

    private Ping() {}

    /** What came of a series of requests. */
    public record Series(int sent, int received) {
        public int lost() {
            return sent - received;
        }
    }

    /** Returns when the first answer came; fails when none comes in time. */
    public static void await(Namespace from, String target, Duration timeout) {
        Outcome[] last = new Outcome[1];
        Await.until(
                "an answer from " + target + " in " + from,
                timeout,
                () -> {
                    last[0] =
                            from.attempt(
                                    Shell.PATIENCE, "ping", "-n", "-c", "1", "-W", "1", target);
                    return last[0].exit() == 0;
                },
                () -> last[0].output());
    }

    public static boolean answers(Namespace from, String target) {
        return from.attempt(Shell.PATIENCE, "ping", "-n", "-c", "1", "-W", "1", target).exit() == 0;
    }

    /** Sends a series and waits for its end. */
    public static Series series(Namespace from, String target, int count, Duration interval) {
        Background ping = start(from, target, count, interval);
        return finish(ping, interval.multipliedBy(count).plus(Shell.PATIENCE));
    }

    /** Starts a series in the background, read later by {@link #finish}. */
    public static Background start(Namespace from, String target, int count, Duration interval) {
        String seconds = "%d.%03d".formatted(interval.toSeconds(), interval.toMillisPart());
        return from.start(
                "ping", "-n", "-i", seconds, "-c", Integer.toString(count), "-W", "2", target);
    }

    public static Series finish(Background ping, Duration timeout) {
        Outcome outcome = ping.await(timeout);
        Matcher statistics = STATISTICS.matcher(outcome.output());
        if (!statistics.find()) {
            throw new AssertionError("ping printed no statistics\n" + outcome.output());
        }
        return new Series(
                Integer.parseInt(statistics.group(1)), Integer.parseInt(statistics.group(2)));
    }
}
