package dev.taltun.netns.nat;

import dev.taltun.api.PathReport;
import dev.taltun.netns.Background;
import dev.taltun.netns.Ping;
import java.time.Duration;
import java.util.BitSet;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What came of two nodes that met: whether and when their path became direct, while requests went
 * every ten milliseconds from the first packet on.
 *
 * @param direct whether both sides' packets go directly in the end
 * @param directMillis from the first packet to there; -1 for never
 * @param firstAnswerMillis round trip of the very first packet; -1 if it was lost
 * @param missing the numbers of the requests without answer
 * @param reason why it is not direct
 */
record Cell(
        boolean direct,
        long directMillis,
        double firstAnswerMillis,
        int sent,
        BitSet missing,
        String reason) {
    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Duration AFTER = Duration.ofMillis(500);
    private static final long LOOK_NANOS = 5_000_000;
    private static final Pattern FIRST = Pattern.compile("icmp_seq=1 .*time=([0-9.]+) ms");

    /**
     * Has the two talk.
     *
     * @param patience how long to wait for a direct path
     */
    static Cell of(Rendezvous meeting, Duration patience) {
        int count = (int) (patience.plus(AFTER).toMillis() / INTERVAL.toMillis());
        long from = System.nanoTime();
        Background ping = meeting.ping(count, INTERVAL);
        long directMillis = -1;
        while (ping.isAlive() && directMillis < 0) {
            if (meeting.isDirect()) {
                directMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        Duration end = patience.plusSeconds(30);
        if (directMillis >= 0) {
            LockSupport.parkNanos(AFTER.toNanos());
        }
        Ping.Series series = ping.isAlive() ? Ping.interrupt(ping, end) : Ping.finish(ping, end);
        Matcher first = FIRST.matcher(ping.log());
        PathReport path = meeting.left().path(meeting.right());
        return new Cell(
                meeting.isDirect(),
                directMillis,
                first.find() ? Double.parseDouble(first.group(1)) : -1,
                series.sent(),
                series.missing(),
                path.reason().orElse(""));
    }

    int lost() {
        return missing.cardinality();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, first answer %.2f ms, lost %d of %d%s%s",
                direct ? "direct after " + directMillis + " ms" : "relay",
                firstAnswerMillis,
                lost(),
                sent,
                missing.isEmpty() ? "" : " " + missing,
                reason.isEmpty() ? "" : " (" + reason + ")");
    }
}
