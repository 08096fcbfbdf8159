package dev.taltun.netns.nat;

import dev.taltun.netns.Background;
import dev.taltun.netns.Ping;
import java.time.Duration;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a series of echo requests, one every ten milliseconds, tells of an interruption.
 *
 * @param lost requests without answer
 * @param longestMillis of the longest run of them
 */
record Outage(int sent, int lost, long longestMillis) {
    static final Duration INTERVAL = Duration.ofMillis(10);

    private static final Pattern ANSWER = Pattern.compile("icmp_seq=(\\d+) .*time=");

    /** Starts such a series that lasts so long. */
    static Background start(Rendezvous meeting, Duration length) {
        return meeting.ping((int) (length.toMillis() / INTERVAL.toMillis()), INTERVAL);
    }

    /** Waits for its end. */
    static Outage finish(Background ping, Duration length) {
        Ping.Series series = Ping.finish(ping, length.plusSeconds(30));
        BitSet answered = new BitSet();
        Matcher answer = ANSWER.matcher(ping.log());
        while (answer.find()) {
            answered.set(Integer.parseInt(answer.group(1)));
        }
        int longest = 0;
        for (int at = 1; at <= series.sent(); ) {
            int next = Math.min(answered.nextSetBit(at), series.sent() + 1);
            next = next < 0 ? series.sent() + 1 : next;
            longest = Math.max(longest, next - at);
            at = next + 1;
        }
        return new Outage(series.sent(), series.lost(), longest * INTERVAL.toMillis());
    }

    @Override
    public String toString() {
        return "lost %d of %d, longest silence %d ms".formatted(lost, sent, longestMillis);
    }
}
