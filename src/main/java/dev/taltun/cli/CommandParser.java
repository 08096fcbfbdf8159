package dev.taltun.cli;

import dev.taltun.config.ConfigException;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Understands a command's arguments by picocli, whose classes are loaded with this one only. */
final class CommandParser {
    private static final int HELP_WIDTH = 100;

    private CommandParser() {}

    /**
     * Runs a command with its arguments, or says what is wrong with them; returns the exit code.
     */
    static int run(String name, CliCommand command, String[] args, Console console)
            throws IOException, ConfigException {
        CommandLine line = parser(name, command);
        ParseResult arguments;
        try {
            arguments = line.parseArgs(args);
        } catch (CommandLine.ParameterException e) {
            console.complain(name, UsageMistake.describe(e, name));
            return ExitCode.USAGE;
        }
        if (arguments.isUsageHelpRequested()) {
            line.usage(console.out(), CommandLine.Help.Ansi.OFF);
            console.out().flush();
            return ExitCode.OK;
        }
        return command.run(arguments, console);
    }

    private static CommandLine parser(String name, CliCommand command) {
        CommandSpec spec = CommandSpec.create().name("taltun " + name);
        spec.usageMessage()
                .width(HELP_WIDTH)
                .abbreviateSynopsis(true)
                .sortOptions(false)
                .descriptionHeading("%n");
        command.describe(spec);
        spec.usageMessage().optionListHeading("%nOptions:%n");
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("shows this")
                        .build());
        // Of a flag given twice the last wins, so that an alias can hold defaults.
        return new CommandLine(spec).setExpandAtFiles(false).setOverwrittenOptionsAllowed(true);
    }
}
