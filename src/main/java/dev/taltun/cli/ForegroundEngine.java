package dev.taltun.cli;

import dev.taltun.config.LoadedConfig;
import dev.taltun.config.TaltunConfig;
import dev.taltun.engine.Engine;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The engine as a process: ended by SIGINT and SIGTERM with exit code 0, by a failure with 1.
 *
 * <p>The JVM answers a signal by running shutdown hooks and would then exit with 128 + its number;
 * so the hook closes the engine and halts with 0 itself.
 */
final class ForegroundEngine implements EngineLauncher {
    private static final String COMMAND = "up";

    private final AtomicReference<Engine> running = new AtomicReference<>();

    @Override
    public int run(LoadedConfig loaded, Console console) {
        try (TaltunConfig config = loaded.config()) {
            Thread hook = new Thread(() -> endBySignal(config, console), "taltun-shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
            int code = runUntilEnd(config, console);
            forget(hook);
            return code;
        }
    }

    private int runUntilEnd(TaltunConfig config, Console console) {
        try (Engine engine =
                Engine.start(config, new ConsoleLog(console, config.iface().debug()))) {
            running.set(engine);
            String failure = engine.awaitEnd();
            if (failure == null) {
                return ExitCode.OK;
            }
            console.complain(COMMAND, failure);
            return ExitCode.FAILURE;
        } catch (IOException | IllegalArgumentException e) {
            console.complain(COMMAND, String.valueOf(e.getMessage()));
            return e instanceof IOException ? ExitCode.FAILURE : ExitCode.USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILURE;
        }
    }

    private void endBySignal(TaltunConfig config, Console console) {
        Engine engine = running.get();
        if (engine != null) {
            engine.close();
        }
        config.close();
        console.out().flush();
        console.err().flush();
        Runtime.getRuntime().halt(ExitCode.OK);
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // A signal came first: its hook is closing everything and ends the process.
        }
    }
}
