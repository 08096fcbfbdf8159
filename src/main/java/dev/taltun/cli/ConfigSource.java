package dev.taltun.cli;

import dev.taltun.config.ConfigException;
import dev.taltun.config.LoadedConfig;

/** Reads the configuration that the arguments of this process name, as often as it is asked to. */
@FunctionalInterface
interface ConfigSource {
    /**
     * Reads and checks it.
     *
     * @throws ConfigException with one line per mistake
     */
    LoadedConfig load() throws ConfigException;
}
