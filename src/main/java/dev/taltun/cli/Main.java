package dev.taltun.cli;

import dev.taltun.config.ConfigException;
import dev.taltun.config.Shown;
import dev.taltun.config.Suggestion;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Entry point of {@code taltun.jar}: finds the command, parses its arguments, returns its exit
 * code.
 *
 * <p>Every way out is a line and a number: no stack trace reaches the user, whatever happens.
 */
public final class Main {
    private static final String DEFAULT_COMMAND = "up";

    private final Commands commands;
    private final Console console;

    Main(EngineLauncher launcher, WgLauncher wgLauncher, Console console) {
        this.commands = new Commands(launcher, wgLauncher);
        this.console = console;
    }

    public static void main(String[] args) {
        Console console = Console.ofProcess();
        ForegroundEngine engine = new ForegroundEngine(console);
        if (startsEngine(args)) {
            engine.watchSignals();
        }
        int code = new Main(engine, engine, console).run(args);
        engine.forgetSignals();
        System.exit(code);
    }

    private static boolean startsEngine(String... args) {
        return args.length == 0
                || args[0].equals(DEFAULT_COMMAND)
                || args[0].equals(WgCommand.NAME)
                || args[0].startsWith("-");
    }

    /** Runs one command line; returns the exit code. */
    int run(String... args) {
        String first = args.length == 0 ? "" : args[0];
        switch (first) {
            case "-h", "--help", "help" -> {
                return help(args);
            }
            case "-V", "--version" -> {
                console.out().println("taltun " + version());
                console.out().flush();
                return ExitCode.OK;
            }
            default -> {
                if (first.isEmpty() || first.startsWith("-")) {
                    return run(DEFAULT_COMMAND, args);
                }
                if (!commands.byName().containsKey(first)) {
                    return unknownCommand(first);
                }
                return run(first, Arrays.copyOfRange(args, 1, args.length));
            }
        }
    }

    private int run(String name, String[] args) {
        try {
            CliCommand command = commands.byName().get(name).maker().get();
            if (command instanceof UpCommand up && ConfigFile.isAll(args)) {
                return up.runFile(args[1], console);
            }
            return CommandParser.run(name, command, args, console);
        } catch (ConfigException e) {
            ConfigFile.report(e, console);
            return ExitCode.USAGE;
        } catch (IOException e) {
            console.complain(name, String.valueOf(e.getMessage()));
            return ExitCode.FAILURE;
        } catch (RuntimeException | Error e) {
            return bug(name, e);
        }
    }

    private int unknownCommand(String name) {
        List<String> known = List.copyOf(commands.byName().keySet());
        String remedy =
                name.endsWith(".toml")
                        ? "write: taltun up -c FILE"
                        : Suggestion.remedy(name, known);
        console.complain("", "unknown command " + Shown.quoted(name) + "; " + remedy);
        return ExitCode.USAGE;
    }

    /** A defect of Taltun itself: the line says enough to report it. */
    private int bug(String name, Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        String place = trace.length == 0 ? "" : " at " + trace[0];
        // The message of an unexpected error is not ours and could hold anything, a key included;
        // but that of a class that cannot be linked is the name of what is missing.
        String missing = e instanceof LinkageError ? " " + e.getMessage() : "";
        console.complain(
                name,
                "a defect in Taltun ("
                        + e.getClass().getName()
                        + missing
                        + place
                        + "); please report it with version "
                        + version());
        return ExitCode.FAILURE;
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not from a jar)" : version;
    }

    private int help(String[] args) {
        if (args.length > 1 && args[0].equals("help") && commands.byName().containsKey(args[1])) {
            return run(args[1], new String[] {"--help"});
        }
        StringBuilder text = new StringBuilder();
        text.append("Usage: taltun [up] [-c FILE] [OPTIONS]\n");
        text.append("       taltun COMMAND [OPTIONS]\n\n");
        text.append("A VPN in userspace that speaks WireGuard's protocol.\n\nCommands:\n");
        commands.byName()
                .forEach(
                        (name, entry) ->
                                text.append("  %-8s %s\n".formatted(name, entry.purpose())));
        text.append(
                """

                Options:
                  -h, --help     shows this; "taltun COMMAND --help" shows the command's options
                  -V, --version  shows the version

                First steps:
                  umask 077
                  taltun genkey > private.key
                  taltun pubkey < private.key      (what the other side needs)
                  taltun check -c config.toml
                  sudo taltun up -c config.toml

                Exit codes: 0 done (also after SIGINT and SIGTERM), 1 failed at run time,
                2 wrong usage or configuration.
                """);
        console.out().print(text);
        console.out().flush();
        return ExitCode.OK;
    }
}
