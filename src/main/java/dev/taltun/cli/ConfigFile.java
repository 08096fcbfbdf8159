package dev.taltun.cli;

import dev.taltun.config.ConfigException;
import dev.taltun.config.ConfigLoader;
import dev.taltun.config.LoadedConfig;
import dev.taltun.config.Overrides;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The file that {@code -c FILE} names, and what is said about it. */
final class ConfigFile {
    static final String OPTION = "--config";

    private ConfigFile() {}

    /**
     * Whether the arguments are those of nearly every start, {@code -c FILE}: a parser of command
     * lines would take a quarter of the time until the first packet to understand them.
     */
    static boolean isAll(String... arguments) {
        return arguments.length == 2
                && (arguments[0].equals("-c") || arguments[0].equals(OPTION))
                && !arguments[1].startsWith("-");
    }

    /**
     * Loads a file, to which no other argument adds anything.
     *
     * @throws ConfigException with one line per mistake
     */
    static LoadedConfig load(String name) throws ConfigException {
        return ConfigLoader.load(Optional.of(path(name)), new Overrides());
    }

    static Path path(String name) throws ConfigException {
        try {
            if (!name.isEmpty()) {
                return Path.of(name);
            }
        } catch (InvalidPathException e) {
            throw new ConfigException(List.of(OPTION + ": is not a path; write -c FILE"));
        }
        throw new ConfigException(List.of(OPTION + ": is empty; write -c FILE"));
    }

    /** Shows every mistake in a line of its own. */
    static void report(ConfigException mistakes, Console console) {
        mistakes.lines().forEach(console.err()::println);
        console.err().flush();
    }

    /** Shows what is odd about a configuration, though it can be used. */
    static void warn(LoadedConfig loaded, Console console) {
        loaded.warnings().forEach(console.err()::println);
        console.err().flush();
    }
}
