package dev.taltun.structure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The hand-written and generated source files under {@code src/main/java}. */
final class Sources {
    static final Path ROOT = Path.of("src", "main", "java");

    private Sources() {}

    static List<Path> files() {
        return files(ROOT);
    }

    /** The source files under a folder. */
    static List<Path> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of the packages that hold at least one class. */
    static Set<String> packages() {
        Set<String> names = new TreeSet<>();
        for (Path file : files()) {
            if (!file.endsWith("package-info.java")) {
                names.add(ROOT.relativize(file.getParent()).toString().replace('/', '.'));
            }
        }
        return names;
    }
}
