package dev.taltun.netns;

/** How a command ended: its exit code, and what it printed (both streams). */
public record Outcome(int exit, String output) {
    public long lines() {
        return output.lines().filter(line -> !line.isBlank()).count();
    }
}
