package dev.taltun.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What loading gave.
 *
 * @param config complete and without errors
 * @param warnings one line each, for the user to read; each begins with {@code "warning: "}
 * @param file where it came from; empty if flags alone
 */
public record LoadedConfig(TaltunConfig config, List<String> warnings, Optional<Path> file) {
    public LoadedConfig {
        warnings = List.copyOf(warnings);
    }
}
