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

    /** What there is to close, once there is. */
    private record Running(Engine engine, TaltunConfig config) {}

    private final Console console;
    private final AtomicReference<Running> running = new AtomicReference<>();

    /** What undoes the changes that an engine which is only being started has made already. */
    private final AtomicReference<AutoCloseable> starting = new AtomicReference<>();

    private final Thread hook = new Thread(this::endBySignal, "taltun-shutdown");

    ForegroundEngine(Console console) {
        this.console = console;
    }

    /**
     * From here on a signal ends the process with exit code 0. To be called first of all: reading
     * the configuration takes its time, and being asked to end meanwhile is no failure.
     */
    void watchSignals() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            // A signal was faster: the process is ending already.
            Runtime.getRuntime().halt(ExitCode.OK);
        }
    }

    /** From here on the exit code counts. */
    void forgetSignals() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // A signal came first: its hook is closing everything and ends the process.
            assert e != null;
        }
    }

    @Override
    public int run(LoadedConfig loaded, Console ignored) {
        try (TaltunConfig config = loaded.config()) {
            return runUntilEnd(config);
        }
    }

    private int runUntilEnd(TaltunConfig config) {
        try (Engine engine =
                Engine.start(
                        config, new ConsoleLog(console, config.iface().debug()), starting::set)) {
            running.set(new Running(engine, config));
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

    /**
     * What is only being started is left as it is, keys included, for another thread is using it:
     * the kernel takes everything back, but for changes to the machine.
     */
    private void endBySignal() {
        Running started = running.get();
        if (started != null) {
            started.engine().close();
            started.config().close();
        } else if (starting.get() != null) {
            undo(starting.get());
        }
        console.out().flush();
        console.err().flush();
        Runtime.getRuntime().halt(ExitCode.OK);
    }

    private void undo(AutoCloseable changes) {
        try {
            changes.close();
        } catch (Exception e) {
            console.complain(COMMAND, String.valueOf(e.getMessage()));
        }
    }
}
