package dev.taltun.host;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A resolv.conf with our content. What it was is in the engine's backup.
 *
 * @param path absolute, without white space
 */
record ResolverChange(Path path) implements Change {
    static final String KIND = "resolver";
    private static final int WORDS = 2;

    static ResolverChange parse(String[] words) {
        if (words.length != WORDS || !words[1].startsWith("/")) {
            return null;
        }
        try {
            return new ResolverChange(Path.of(words[1]));
        } catch (InvalidPathException e) {
            return null;
        }
    }

    @Override
    public String line() {
        return KIND + " " + path;
    }

    @Override
    public void undo(Journal journal) throws IOException {
        new ResolverFile(path).restore(journal);
    }
}
