package dev.taltun.netns;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Echo requests by ping(8), from one namespace to an address of either family. */
public final class Ping {
    private static final Pattern ANSWER = Pattern.compile("bytes from .*icmp_seq=(\\d+)");

    /** What ping says when it is asked by SIGQUIT. */
    private static final Pattern SO_FAR = Pattern.compile("\\d+/(\\d+) packets");

    private static final long LOOK_NANOS = 10_000_000;
    private static final String COUNT = "-c";
    private static final Duration LINGER = Duration.ofSeconds(5);

    private Ping() {}

    /**
     * What came of a series of requests.
     *
     * @param missing the numbers of those without answer
     */
    public record Series(int sent, BitSet missing) {
        public int lost() {
            return missing.cardinality();
        }

        public int received() {
            return sent - lost();
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

    /**
     * Starts a series in the background, read later by {@link #finish}.
     *
     * <p>Without a deadline ping gives up twice the longest round trip after the last request, and
     * answers that come later, on a busy machine, look as if they were lost. With one it waits, and
     * goes on asking while it does.
     */
    public static Background start(Namespace from, String target, int count, Duration interval) {
        String seconds = "%d.%03d".formatted(interval.toSeconds(), interval.toMillisPart());
        // A busy machine does not keep to the interval.
        Duration deadline = interval.multipliedBy(count).multipliedBy(3).dividedBy(2).plus(LINGER);
        return from.start(
                "ping",
                "-n",
                "-i",
                seconds,
                COUNT,
                Integer.toString(count),
                "-w",
                Long.toString(deadline.toSeconds()),
                target);
    }

    /** Waits for the end of a series: how many of its own requests were answered. */
    public static Series finish(Background ping, Duration timeout) {
        List<String> command = ping.command();
        int sent = Integer.parseInt(command.get(command.indexOf(COUNT) + 1));
        Outcome outcome = ping.await(timeout);
        if (!outcome.output().contains("packets transmitted")) {
            throw new AssertionError("ping printed no statistics\n" + outcome.output());
        }
        return upTo(sent, outcome.output());
    }

    /**
     * Ends a series that is going on. Requests made until now count, and are given time: on a busy
     * machine a fifth of a second may pass in which nothing but ping gets a turn.
     */
    public static Series interrupt(Background ping, Duration timeout) {
        String pid = Long.toString(ping.pid());
        Shell.run("kill", "-QUIT", pid);
        Matcher soFar = SO_FAR.matcher(ping.awaitLine(SO_FAR.pattern(), Shell.PATIENCE));
        if (!soFar.find()) {
            throw new AssertionError("ping printed no count\n" + ping.log());
        }
        int sent = Integer.parseInt(soFar.group(1));
        long deadline = System.nanoTime() + LINGER.toNanos();
        while (upTo(sent, ping.log()).lost() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        Shell.attempt(Shell.PATIENCE, List.of("kill", "-INT", pid));
        return upTo(sent, ping.await(timeout).output());
    }

    private static Series upTo(int sent, String output) {
        BitSet missing = new BitSet();
        missing.set(1, sent + 1);
        Matcher answer = ANSWER.matcher(output);
        while (answer.find()) {
            missing.clear(Integer.parseInt(answer.group(1)));
        }
        return new Series(sent, missing);
    }
}
