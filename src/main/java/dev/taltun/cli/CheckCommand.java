package dev.taltun.cli;

import dev.taltun.config.ConfigException;
import dev.taltun.config.ConfigPrinter;
import dev.taltun.config.LoadedConfig;
import dev.taltun.config.TaltunConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code taltun check}: what {@code up} would use, without starting anything. */
final class CheckCommand implements CliCommand {
    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Validates a configuration and prints what it resolves to: every default"
                                + " filled in, secrets left out. Mistakes come one a line, with"
                                + " exit code 2.");
        ConfigOptions.addTo(spec);
    }

    @Override
    public int run(ParseResult arguments, Console console) throws ConfigException {
        LoadedConfig loaded = ConfigOptions.load(arguments);
        ConfigFile.warn(loaded, console);
        try (TaltunConfig config = loaded.config()) {
            console.out().print(ConfigPrinter.print(config));
            console.out().flush();
        }
        return ExitCode.OK;
    }
}
