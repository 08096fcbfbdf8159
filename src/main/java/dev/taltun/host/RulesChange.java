package dev.taltun.host;

import dev.taltun.io.netlink.LinuxNetlink;
import dev.taltun.io.netlink.Netlink;
import java.io.IOException;

/**
 * The policy rules that lead into the table of a full tunnel. The route in it goes with its
 * interface.
 *
 * @param table unsigned
 */
record RulesChange(int table) implements Change {
    static final String KIND = "rules";
    private static final int WORDS = 2;

    static RulesChange parse(String[] words) {
        try {
            return words.length == WORDS
                    ? new RulesChange(Integer.parseUnsignedInt(words[1]))
                    : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    @Override
    public String line() {
        return KIND + " " + Integer.toUnsignedString(table);
    }

    @Override
    public void undo(Journal journal) throws IOException {
        try (Netlink netlink = LinuxNetlink.open()) {
            FullTunnel.removeRules(netlink, table);
        }
    }
}
