package dev.taltun.netns;

import java.time.Duration;
import java.util.List;

/** Runs programs to their end. */
public final class Shell {
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private Shell() {}

    /** Runs a command that must succeed; fails with its output otherwise. */
    public static Outcome run(String... command) {
        return require(List.of(command));
    }

    static Outcome require(List<String> command) {
        Outcome outcome = attempt(PATIENCE, command);
        if (outcome.exit() != 0) {
            throw new AssertionError(
                    String.join(" ", command)
                            + " ended with "
                            + outcome.exit()
                            + "\n"
                            + outcome.output());
        }
        return outcome;
    }

    /** Runs a command whatever its exit code; fails only when it does not end in time. */
    public static Outcome attempt(Duration timeout, List<String> command) {
        try (Background running = Background.start(command)) {
            return running.await(timeout);
        }
    }
}
