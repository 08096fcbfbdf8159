package dev.taltun.host;

import java.io.IOException;

/** One change to the machine, as far as it takes to undo it. Immutable. */
sealed interface Change permits SysctlChange, FirewallChange, RulesChange, ResolverChange {
    /** For the journal: words separated by single spaces, the first of which names the kind. */
    String line();

    /**
     * Puts back what was there before. Harmless when the change was never made or is undone
     * already, and when somebody else has changed the same thing since: theirs stays.
     *
     * @param journal holds this change
     * @throws IOException with one line for the user
     */
    void undo(Journal journal) throws IOException;

    /** The change a line of a journal tells of; null when it is damaged or of another version. */
    static Change parse(String line) {
        String[] words = line.split(" ", -1);
        return switch (words[0]) {
            case SysctlChange.KIND -> SysctlChange.parse(words);
            case FirewallChange.KIND -> FirewallChange.parse(words);
            case RulesChange.KIND -> RulesChange.parse(words);
            case ResolverChange.KIND -> ResolverChange.parse(words);
            default -> null;
        };
    }
}
