package dev.taltun.cli;

import dev.taltun.config.TaltunConfig;
import dev.taltun.engine.EngineLog;
import dev.taltun.engine.Inherited;

/** Runs an engine that wg(8) configures until it ends; what {@code wg} does. */
interface WgLauncher {
    /**
     * Runs in the foreground.
     *
     * @param config closed when this returns
     * @param inherited open files in place of those that the engine would open
     * @param onReady runs once, when the interface is there and the control socket is listened on
     * @return the exit code of the process
     */
    int run(TaltunConfig config, Inherited inherited, EngineLog log, Runnable onReady);
}
