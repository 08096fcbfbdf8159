package dev.taltun.simulation;

import java.util.ArrayDeque;
import java.util.Locale;
import java.util.stream.Collectors;

/** What happened, for a human: the last events of every kind, and of those that matter more. */
final class Trace {
    private static final int RECENT = 150;
    private static final int NOTABLE = 250;

    private final SimClock clock;
    private final ArrayDeque<Event> recent = new ArrayDeque<>();
    private final ArrayDeque<Event> notable = new ArrayDeque<>();
    private long number;

    /** Becomes text only if somebody wants to read it, for there are millions. */
    private record Event(long number, double seconds, String who, Object what) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%7d %14.6f s  %-5s %s", number, seconds, who, what);
        }
    }

    Trace(SimClock clock) {
        this.clock = clock;
    }

    /**
     * Something that happens all the time: data on the wire.
     *
     * @param what immutable, and text by its {@code toString()}
     */
    void add(String who, Object what) {
        keep(recent, RECENT, event(who, what));
    }

    /** Something worth finding among thousands of packets: handshakes, moves, cuts. */
    void note(String who, Object what) {
        Event event = event(who, what);
        keep(recent, RECENT, event);
        keep(notable, NOTABLE, event);
    }

    private Event event(String who, Object what) {
        return new Event(number++, clock.seconds(), who, what);
    }

    private static void keep(ArrayDeque<Event> ring, int most, Event event) {
        if (ring.size() == most) {
            ring.remove();
        }
        ring.add(event);
    }

    private static String lines(ArrayDeque<Event> ring) {
        return ring.stream().map(Event::toString).collect(Collectors.joining("\n"));
    }

    @Override
    public String toString() {
        return "--- what mattered\n" + lines(notable) + "\n--- the last events\n" + lines(recent);
    }
}
