package dev.taltun.netns;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Figures, not a test: what a TCP flow keeps while 100,000 forged initiations a second arrive,
 * beside as many of the same datagrams to a port where nobody listens, in turn; and how long a new
 * peer takes to get in. {@code -Dtaltun.flood=figures -Dtaltun.flood.runs=5} prints medians.
 */
@NamespaceTest
final class FloodFiguresTest {
    private static final int FLOW_SECONDS = 2;
    private static final int FLOOD_SECONDS = 6;

    private final List<Double> closed = new ArrayList<>();
    private final List<Double> kept = new ArrayList<>();
    private final List<Double> entered = new ArrayList<>();

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    @EnabledIfSystemProperty(named = "taltun.flood", matches = "figures")
    void medians() {
        try (FloodLab lab = new FloodLab(false)) {
            // The compiler has its part before anything counts.
            Iperf.tcp(lab.a(), lab.b(), TwoHosts.RIGHT_VIP, 5);
            for (int run = 0; run < Integer.getInteger("taltun.flood.runs", 5); run++) {
                closed.add(flow(lab, FloodLab.CLOSED_PORT));
                kept.add(flow(lab, TwoHosts.RIGHT_PORT));
                entered.add(entry(lab));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "flood figures: closed port %.2f Gbit/s, handshakes %.2f Gbit/s (%.2f x); a new"
                        + " peer in after %.0f ms, at most %.0f ms%n",
                median(closed) / 1e9,
                median(kept) / 1e9,
                median(kept) / median(closed),
                median(entered),
                Collections.max(entered));
    }

    private static double flow(FloodLab lab, int port) {
        Background flood = lab.flood("marked", port, FLOOD_SECONDS);
        double rate = Iperf.tcp(lab.a(), lab.b(), TwoHosts.RIGHT_VIP, FLOW_SECONDS).bitsPerSecond();
        flood.await(FloodLab.SOON);
        return rate;
    }

    /** From when it is ready to send until its first answer, in milliseconds. */
    private static double entry(FloodLab lab) {
        Background flood = lab.flood("marked", TwoHosts.RIGHT_PORT, FLOOD_SECONDS);
        TaltunNode newcomer = lab.newcomer();
        newcomer.start();
        long ready = System.nanoTime();
        lab.awaitAnswer();
        double millis = (System.nanoTime() - ready) / 1e6;
        newcomer.terminate(FloodLab.SOON);
        flood.await(FloodLab.SOON);
        return millis;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
