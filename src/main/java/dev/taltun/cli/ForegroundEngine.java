package dev.taltun.cli;

import dev.taltun.config.ConfigException;
import dev.taltun.config.LoadedConfig;
import dev.taltun.config.TaltunConfig;
import dev.taltun.engine.Engine;
import dev.taltun.engine.EngineLog;
import dev.taltun.engine.Inherited;
import dev.taltun.engine.Management;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The engine as a process: ended by SIGINT and SIGTERM with exit code 0, by a failure with 1;
 * SIGHUP makes it read its configuration again.
 *
 * <p>The JVM answers a signal by running shutdown hooks and would then exit with 128 + its number;
 * so the hook closes the engine and halts with 0 itself.
 */
final class ForegroundEngine implements EngineLauncher, WgLauncher {
    private static final String COMMAND = "up";

    private static final String NOT_RELOADED =
            "configuration not reloaded; the one that runs goes on";

    /** What there is to close, once there is. */
    private record Running(Engine engine, TaltunConfig config) {}

    private final Console console;
    private final AtomicReference<Running> running = new AtomicReference<>();

    /** What undoes the changes that an engine which is only being started has made already. */
    private final AtomicReference<AutoCloseable> starting = new AtomicReference<>();

    /** SIGHUPs that were not answered yet. */
    private final Semaphore hangups = new Semaphore(0);

    private final Thread hook = new Thread(this::endBySignal, "taltun-shutdown");

    ForegroundEngine(Console console) {
        this.console = console;
    }

    /**
     * From here on a signal ends the process with exit code 0. To be called first of all: reading
     * the configuration takes its time, and being asked to end meanwhile is no failure.
     */
    void watchSignals() {
        // It takes the JDK some 50 ms to make what calls back, which nothing else has to wait for.
        Thread.ofPlatform()
                .daemon()
                .name("taltun-hangup")
                .start(() -> HangupSignal.watch(hangups::release));
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
    public int run(LoadedConfig loaded, ConfigSource again, Console ignored) {
        TaltunConfig config = loaded.config();
        ConsoleLog log = new ConsoleLog(console, config.iface().debug());
        return run(
                COMMAND,
                config,
                Management.CONFIGURATION,
                Inherited.NOTHING,
                log,
                engine ->
                        Thread.ofPlatform()
                                .daemon()
                                .name("taltun-reload")
                                .start(() -> reloadWhenAsked(engine, again, log)));
    }

    /** SIGHUP changes nothing then: there is no file to read again. */
    @Override
    public int run(TaltunConfig config, Inherited inherited, EngineLog log, Runnable onReady) {
        return run(
                WgCommand.NAME,
                config,
                Management.CONTROL_SOCKET,
                inherited,
                log,
                engine -> onReady.run());
    }

    private int run(
            String command,
            TaltunConfig config,
            Management management,
            Inherited inherited,
            EngineLog log,
            Consumer<Engine> onStarted) {
        try (config;
                Engine engine = Engine.start(config, management, inherited, log, starting::set)) {
            running.set(new Running(engine, config));
            onStarted.accept(engine);
            String failure = engine.awaitEnd();
            if (failure == null) {
                return ExitCode.OK;
            }
            console.complain(command, failure);
            return ExitCode.FAILURE;
        } catch (IOException | IllegalArgumentException e) {
            console.complain(command, String.valueOf(e.getMessage()));
            return e instanceof IOException ? ExitCode.FAILURE : ExitCode.USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILURE;
        }
    }

    /** One after another; however often it was asked for meanwhile, once is enough. */
    private void reloadWhenAsked(Engine engine, ConfigSource again, ConsoleLog log) {
        try {
            while (true) {
                hangups.acquire();
                hangups.drainPermits();
                reload(engine, again, log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reload(Engine engine, ConfigSource again, ConsoleLog log)
            throws InterruptedException {
        try {
            LoadedConfig loaded = again.load();
            ConfigFile.warn(loaded, console);
            engine.reload(loaded);
        } catch (ConfigException e) {
            ConfigFile.report(e, console);
            log.warn(NOT_RELOADED);
        } catch (IllegalArgumentException e) {
            console.complain(COMMAND, String.valueOf(e.getMessage()));
            log.warn(NOT_RELOADED);
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
        }
        if (starting.get() != null) {
            // Also when the engine was being closed already, by a failure: that may have to wait
            // for its threads before it comes to this, and this is the end.
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
