package dev.taltun.cli;

import dev.taltun.config.LoadedConfig;

/** Runs an engine until it ends; what {@code up} does once it has a configuration. */
interface EngineLauncher {
    /**
     * Runs in the foreground.
     *
     * @param loaded its keys are closed when this returns
     * @param again where to read the configuration from when the user asks for that
     * @return the exit code of the process
     */
    int run(LoadedConfig loaded, ConfigSource again, Console console);
}
