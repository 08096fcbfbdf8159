package dev.taltun.netns.nat;

import dev.taltun.netns.Background;
import dev.taltun.netns.Ping;
import java.time.Duration;
import java.util.BitSet;

/**
 * What a series of echo requests, one every ten milliseconds, tells of an interruption.
 *
 * @param lost requests without answer
 * @param longestMillis of the longest run of them
 */
record Outage(int sent, int lost, long longestMillis) {
    static final Duration INTERVAL = Duration.ofMillis(10);

    /** Starts such a series that lasts so long. */
    static Background start(Rendezvous meeting, Duration length) {
        return meeting.ping((int) (length.toMillis() / INTERVAL.toMillis()), INTERVAL);
    }

    /** Waits for its end. */
    static Outage finish(Background ping, Duration length) {
        Ping.Series series = Ping.finish(ping, length.plusSeconds(30));
        BitSet missing = series.missing();
        int longest = 0;
        for (int at = missing.nextSetBit(0); at >= 0; ) {
            int end = missing.nextClearBit(at);
            longest = Math.max(longest, end - at);
            at = missing.nextSetBit(end);
        }
        return new Outage(series.sent(), series.lost(), longest * INTERVAL.toMillis());
    }

    @Override
    public String toString() {
        return "lost %d of %d, longest silence %d ms".formatted(lost, sent, longestMillis);
    }
}
