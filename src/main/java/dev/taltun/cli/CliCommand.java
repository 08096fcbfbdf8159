package dev.taltun.cli;

import dev.taltun.config.ConfigException;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * One command. Its options are described in code: picocli would find annotations by reflection,
 * which costs more than all the rest of a short command.
 */
interface CliCommand {
    /** Adds options and help texts to a specification that has only its name. */
    void describe(CommandSpec spec);

    /**
     * Does the work.
     *
     * @return the exit code of the process
     * @throws IOException with one line for the user, who sees it with exit code 1
     * @throws ConfigException with lines for the user, who sees them with exit code 2
     */
    int run(ParseResult arguments, Console console) throws IOException, ConfigException;
}
