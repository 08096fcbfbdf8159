package dev.taltun.host;

import java.io.IOException;

/**
 * A sysctl that was given another value.
 *
 * @param key as a path below /proc/sys
 * @param was the value to put back
 * @param now the value it was given; empty when it changed as a consequence of another
 */
record SysctlChange(String key, String was, String now) implements Change {
    static final String KIND = "sysctl";
    private static final int WORDS = 3;

    /** One that changes as a consequence of another. */
    SysctlChange(String key, String was) {
        this(key, was, "");
    }

    static SysctlChange parse(String[] words) {
        boolean whole = words.length == WORDS || words.length == WORDS + 1;
        return whole && Sysctl.isKey(words[1])
                ? new SysctlChange(words[1], words[2], words.length == WORDS ? "" : words[WORDS])
                : null;
    }

    @Override
    public String line() {
        return KIND + " " + key + " " + was + (now.isEmpty() ? "" : " " + now);
    }

    /**
     * Left as it is while another engine needs it, which has noted what to put back, and when
     * somebody has given it a third value.
     */
    @Override
    public void undo(Journal journal) throws IOException {
        boolean shared =
                journal.othersChanges().stream()
                        .anyMatch(it -> it instanceof SysctlChange other && other.key.equals(key));
        if (shared || !Sysctl.exists(key)) {
            return;
        }
        String current = Sysctl.read(key);
        boolean ours = now.isEmpty() || current.equals(now);
        if (ours && !current.equals(was)) {
            Sysctl.write(key, was);
        }
    }
}
