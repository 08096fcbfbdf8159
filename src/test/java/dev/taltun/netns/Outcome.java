package dev.taltun.netns;

import java.time.Duration;

/** How a command ended: its exit code, what it printed (both streams) and how long it took. */
public record Outcome(int exit, String output, Duration took) {
    public long lines() {
        return output.lines().filter(line -> !line.isBlank()).count();
    }
}
