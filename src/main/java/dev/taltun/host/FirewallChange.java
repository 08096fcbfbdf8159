package dev.taltun.host;

import java.io.IOException;

/**
 * The nftables table of an engine.
 *
 * @param table its name, in family inet
 */
record FirewallChange(String table) implements Change {
    static final String KIND = "nftables";
    private static final int WORDS = 2;

    static FirewallChange parse(String[] words) {
        return words.length == WORDS && words[1].startsWith(Firewall.PREFIX)
                ? new FirewallChange(words[1])
                : null;
    }

    @Override
    public String line() {
        return KIND + " " + table;
    }

    @Override
    public void undo(Journal journal) throws IOException {
        Firewall.remove(table);
    }
}
