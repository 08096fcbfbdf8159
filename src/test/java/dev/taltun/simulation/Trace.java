package dev.taltun.simulation;

import java.util.ArrayDeque;
import java.util.Locale;

/** What happened, for a human: the last events of every kind, and of those that matter more. */
final class Trace {
    private static final int RECENT = 150;
    private static final int NOTABLE = 250;

    private final SimClock clock;
    private final ArrayDeque<String> recent = new ArrayDeque<>();
    private final ArrayDeque<String> notable = new ArrayDeque<>();
    private long number;

    Trace(SimClock clock) {
        this.clock = clock;
    }

    /** Something that happens all the time: data on the wire. */
    void add(String who, String what) {
        keep(recent, RECENT, line(who, what));
    }

    /** Something worth finding among thousands of packets: handshakes, moves, cuts. */
    void note(String who, String what) {
        String line = line(who, what);
        keep(recent, RECENT, line);
        keep(notable, NOTABLE, line);
    }

    private String line(String who, String what) {
        return String.format(
                Locale.ROOT, "%7d %14.6f s  %-5s %s", number++, clock.seconds(), who, what);
    }

    private static void keep(ArrayDeque<String> ring, int most, String line) {
        if (ring.size() == most) {
            ring.remove();
        }
        ring.add(line);
    }

    @Override
    public String toString() {
        return "--- what mattered\n"
                + String.join("\n", notable)
                + "\n--- the last events\n"
                + String.join("\n", recent);
    }
}
