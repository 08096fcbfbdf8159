package dev.taltun.cli;

import dev.taltun.config.TaltunConfig;
import dev.taltun.engine.EngineLog;

/** Runs an engine that wg(8) configures until it ends; what {@code wg} does. */
interface WgLauncher {
    /**
     * Runs in the foreground.
     *
     * @param config closed when this returns
     * @param onReady runs once, when the interface is there and the control socket is listened on
     * @return the exit code of the process
     */
    int run(TaltunConfig config, EngineLog log, Runnable onReady);
}
