package dev.taltun.bench;

import java.io.PrintStream;
import java.time.Duration;

/**
 * Says what is going on: on a terminal one line that is written over, elsewhere one line for each
 * turn of a contender.
 */
final class Progress {
    private static final double NANOS = 1e9;

    private final PrintStream out;
    private final boolean terminal;
    private final int turns;
    private final int repetitions;
    private final double expectedTurnSeconds;
    private final long start = System.nanoTime();
    private int done;
    private int repetition;

    /**
     * @param turns of all contenders in all repetitions
     * @param expectedTurnSeconds how long a turn takes, until some have been seen
     */
    Progress(
            PrintStream out,
            boolean terminal,
            int turns,
            int repetitions,
            double expectedTurnSeconds) {
        this.out = out;
        this.terminal = terminal;
        this.turns = turns;
        this.repetitions = repetitions;
        this.expectedTurnSeconds = expectedTurnSeconds;
    }

    /** A turn begins. */
    void turn(int number, String contender) {
        repetition = number;
        if (!terminal) {
            out.println(prefix() + contender);
        }
    }

    /** Something of a turn begins. */
    void step(String contender, String what) {
        if (terminal) {
            String line = prefix() + contender + ": " + what;
            out.print("\r\033[K" + line);
            out.flush();
        }
    }

    /** A turn is over. */
    void finished(String contender, String result) {
        done++;
        if (terminal) {
            out.print("\r\033[K");
        }
        out.printf("  repetition %d, %s: %s%n", repetition, contender, result);
    }

    private String prefix() {
        double elapsed = (System.nanoTime() - start) / NANOS;
        return "[%d/%d, %s left] repetition %d of %d, "
                .formatted(
                        done + 1,
                        turns,
                        duration(left(elapsed, done, turns, expectedTurnSeconds)),
                        repetition,
                        repetitions);
    }

    /** Seconds left, from the turns seen so far, or as expected before there are any. */
    static double left(double elapsed, int done, int turns, double expectedTurnSeconds) {
        if (done == 0) {
            return Math.max(0, turns * expectedTurnSeconds - elapsed);
        }
        // Part of the elapsed time belongs to the turn that goes on, so this is a little high.
        return elapsed / done * (turns - done);
    }

    private static String duration(double seconds) {
        Duration left = Duration.ofSeconds(Math.round(seconds));
        return left.toMinutes() > 1
                ? "about %d min".formatted(left.plusSeconds(30).toMinutes())
                : "about %d s".formatted(left.toSeconds());
    }
}
