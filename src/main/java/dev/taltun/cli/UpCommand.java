package dev.taltun.cli;

import dev.taltun.config.ConfigException;
import dev.taltun.config.LoadedConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code taltun [up]}: all parsing first, then the engine. */
final class UpCommand implements CliCommand {
    private final EngineLauncher launcher;

    UpCommand(EngineLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Runs the engine in the foreground until SIGINT or SIGTERM. Needs root or"
                                + " CAP_NET_ADMIN.")
                .footer(
                        "",
                        "Without a file:",
                        "  taltun --private-key-file private.key --vip 10.100.0.2/24 --mode client"
                                + " \\",
                        "    --peer SERVER_PUBLIC_KEY,10.100.0.1,vpn.example.com:51820");
        ConfigOptions.addTo(spec);
    }

    @Override
    public int run(ParseResult arguments, Console console) throws ConfigException {
        return run(() -> ConfigOptions.load(arguments), console);
    }

    /** As {@code -c FILE}. */
    int runFile(String file, Console console) throws ConfigException {
        return run(() -> ConfigFile.load(file), console);
    }

    private int run(ConfigSource source, Console console) throws ConfigException {
        LoadedConfig loaded = source.load();
        ConfigFile.warn(loaded, console);
        return launcher.run(loaded, source, console);
    }
}
