package dev.taltun.host;

import java.io.IOException;

/**
 * A sysctl that was given another value.
 *
 * @param key as a path below /proc/sys
 * @param was the value to put back
 */
record SysctlChange(String key, String was) implements Change {
    static final String KIND = "sysctl";
    private static final int WORDS = 3;

    static SysctlChange parse(String[] words) {
        return words.length == WORDS && Sysctl.isKey(words[1])
                ? new SysctlChange(words[1], words[2])
                : null;
    }

    @Override
    public String line() {
        return KIND + " " + key + " " + was;
    }

    /** Left as it is while another engine needs it: that one has noted what to put back. */
    @Override
    public void undo(Journal journal) throws IOException {
        boolean shared =
                journal.othersChanges().stream()
                        .anyMatch(it -> it instanceof SysctlChange other && other.key.equals(key));
        if (!shared && Sysctl.exists(key) && !Sysctl.read(key).equals(was)) {
            Sysctl.write(key, was);
        }
    }
}
