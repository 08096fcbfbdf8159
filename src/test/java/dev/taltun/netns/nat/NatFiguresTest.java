package dev.taltun.netns.nat;

import dev.taltun.netns.Await;
import dev.taltun.netns.Background;
import dev.taltun.netns.Namespace;
import dev.taltun.netns.NamespaceTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Figures, not a test: what users notice of paths that change, between two preserving routers.
 * {@code -Dtaltun.nat=figures -Dtaltun.nat.runs=10} prints a table of medians; {@code
 * -Dtaltun.nat.delay=10} holds every packet back for so many milliseconds on its way.
 */
@NamespaceTest
final class NatFiguresTest {
    private static final int REQUESTS = 100_000;
    private static final int LINES = 4;
    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long SIX_SECONDS = TimeUnit.SECONDS.toNanos(6);
    private static final long NOTICED = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long LOOK_NANOS = 500_000;

    private final Map<String, List<Double>> figures = new TreeMap<>();

    private void note(String what, double value) {
        figures.computeIfAbsent(what, key -> new ArrayList<>()).add(value);
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "figures")
    void medians() {
        repeat(this::run);
    }

    /** How often 256 ports are enough: in 98 of 100 attempts, by reckoning. */
    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    @EnabledIfSystemProperty(named = "taltun.nat", matches = "ports")
    void portsGuessed() {
        repeat(
                () -> {
                    try (Rendezvous meeting = new Rendezvous()) {
                        meeting.lighthouses(2).nodes(NatKind.PRESERVING, NatKind.RANDOM);
                        meeting.start("punch_ports = 256");
                        Cell cell = Cell.of(meeting, Duration.ofSeconds(12));
                        note("direct with 256 ports", cell.direct() ? 1 : 0);
                        note("first packet to direct path, ms", cell.directMillis());
                        note("lost", cell.lost());
                    }
                });
    }

    private void repeat(Runnable one) {
        int runs = Integer.getInteger("taltun.nat.runs", 10);
        for (int i = 0; i < runs; i++) {
            one.run();
        }
        figures.forEach(
                (what, values) -> {
                    List<Double> sorted = values.stream().sorted().toList();
                    double median = (sorted.get((runs - 1) / 2) + sorted.get(runs / 2)) / 2;
                    System.out.printf(
                            Locale.ROOT,
                            "NAT figures: %-45s median %8.2f of %s%n",
                            what,
                            median,
                            sorted);
                });
    }

    private void run() {
        int delay = Integer.getInteger("taltun.nat.delay", 0);
        DelayLine line = null;
        try (Rendezvous meeting = new Rendezvous()) {
            meeting.lighthouses(2).nodes(NatKind.PRESERVING, NatKind.PRESERVING);
            if (delay > 0) {
                Namespace internet = meeting.internet().router();
                line = new DelayLine(internet, LINES, Duration.ofMillis(delay));
            }
            measure(meeting.start(""));
        } finally {
            if (line != null) {
                line.close();
            }
        }
    }

    private void measure(Rendezvous meeting) {
        Cell cell = Cell.of(meeting, Duration.ofSeconds(2));
        double relayed = meeting.left().path(meeting.right()).relayRttMicros().orElse(0) / 1000.0;
        note("first packet to first answer, ms", cell.firstAnswerMillis());
        note("relayed round trip, ms", relayed);
        note("first answer less 2 x relayed + 20, ms", cell.firstAnswerMillis() - 2 * relayed - 20);
        note("first packet to direct path, ms", cell.directMillis());
        note("lost while promoting", cell.lost());
        Background ping = meeting.ping(REQUESTS, INTERVAL);
        Await.until("answers", PATIENCE, () -> ping.lines().size() > 50);
        Await.until("a direct path", PATIENCE, meeting::isDirect);
        String a = "203.0.113.33";
        String b = "203.0.113.49";
        note("cut silently to relay, ms", outage(ping, () -> meeting.internet().cut(a, b)));
        meeting.internet().heal();
        Await.until("a direct path again", PATIENCE, meeting::isDirect, meeting::logs);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        note(
                "cut with unreachable to relay, ms",
                outage(ping, () -> meeting.internet().refuse(a, b)));
        ping.kill();
    }

    /**
     * The longest time without an answer, from an event on until answers come again: no longer, for
     * a path that was tried in vain is tried again after a minute only.
     */
    private static double outage(Background ping, Runnable event) {
        event.run();
        long from = System.nanoTime();
        long last = from;
        long longest = 0;
        long over = Long.MAX_VALUE;
        int lines = ping.lines().size();
        while (System.nanoTime() - from < SIX_SECONDS && System.nanoTime() < over) {
            int now = ping.lines().size();
            long time = System.nanoTime();
            if (now > lines) {
                longest = Math.max(longest, time - last);
                over = longest > NOTICED ? Math.min(over, time + NOTICED) : over;
                last = time;
                lines = now;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return longest / 1e6;
    }
}
