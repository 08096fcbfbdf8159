package dev.taltun.cli;

import dev.taltun.config.Shown;
import dev.taltun.config.Suggestion;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Puts what picocli found wrong into one line with a remedy. */
final class UsageMistake {
    /** Says which configuration file; wg-quick takes it without. */
    private static final String FILE = "-c";

    private UsageMistake() {}

    static String describe(ParameterException mistake, String command) {
        String seeHelp = "see taltun " + command + " --help";
        if (mistake instanceof UnmatchedArgumentException unmatched) {
            return unknown(unmatched, seeHelp);
        }
        if (mistake instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            return missing(missing.getMissing().getFirst(), seeHelp);
        }
        ArgSpec argument = mistake.getArgSpec();
        // picocli's own words may repeat a value, which may be a secret.
        return (argument == null ? "wrong arguments" : name(argument) + ": wrong value")
                + "; "
                + seeHelp;
    }

    private static String unknown(UnmatchedArgumentException mistake, String seeHelp) {
        String argument = mistake.getUnmatched().isEmpty() ? "" : mistake.getUnmatched().getFirst();
        if (!argument.startsWith("-")) {
            boolean file =
                    argument.endsWith(".toml")
                            && mistake.getCommandLine().getCommandSpec().findOption("--config")
                                    != null;
            String remedy =
                    file ? "did you mean " + FILE + " " + Shown.plain(argument) + "?" : seeHelp;
            return "unknown argument " + Shown.quoted(argument) + "; " + remedy;
        }
        int equals = argument.indexOf('=');
        String option = equals < 0 ? argument : argument.substring(0, equals);
        List<String> known = new ArrayList<>();
        for (OptionSpec spec : mistake.getCommandLine().getCommandSpec().options()) {
            known.add(spec.longestName());
        }
        String remedy =
                Suggestion.closest(option, known)
                        .map(name -> "did you mean " + name + "?")
                        .orElse(seeHelp);
        return "unknown option " + Shown.plain(option) + "; " + remedy;
    }

    private static String missing(ArgSpec argument, String seeHelp) {
        return name(argument) + " needs a value (" + argument.paramLabel() + "); " + seeHelp;
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }
}
