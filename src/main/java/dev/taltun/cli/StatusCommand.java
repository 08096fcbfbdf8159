package dev.taltun.cli;

import dev.taltun.api.InterfaceReport;
import dev.taltun.api.StatusClient;
import dev.taltun.config.Shown;
import dev.taltun.config.Suggestion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code taltun status}: what the running engines say of themselves. */
final class StatusCommand implements CliCommand {
    private static final long REDRAW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** To the upper left corner, and away with all below: ECMA-48, CUP and ED. */
    private static final String CLEAR = "\033[H\033[J";

    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Shows running interfaces and their peers: how each is reached, since when,"
                                + " how much went either way, and what is wrong. Needs root. wg(8)"
                                + " works on a running Taltun as well: wg show.");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("IFACE")
                        .arity("0..1")
                        .index("0")
                        .type(String.class)
                        .description("the interface; without it, all that run")
                        .build());
        spec.addOption(
                OptionSpec.builder("--json")
                        .description("prints a JSON array, with whole keys and all counters")
                        .build());
        spec.addOption(
                OptionSpec.builder("--watch")
                        .description("shows it again every second, until Ctrl-C")
                        .build());
    }

    @Override
    public int run(ParseResult arguments, Console console) throws IOException {
        String name = arguments.matchedPositionalValue(0, null);
        boolean json = arguments.hasMatchedOption("--json");
        if (!arguments.hasMatchedOption("--watch")) {
            print(text(reports(name), json), console);
            return ExitCode.OK;
        }
        // To be ended is how this ends, so it is no failure.
        Thread hook =
                new Thread(
                        () -> {
                            console.out().flush();
                            Runtime.getRuntime().halt(ExitCode.OK);
                        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            boolean terminal = System.console() != null && System.console().isTerminal();
            while (!Thread.currentThread().isInterrupted()) {
                print((terminal && !json ? CLEAR : "") + text(reports(name), json), console);
                LockSupport.parkNanos(REDRAW_NANOS);
            }
        } finally {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        return ExitCode.OK;
    }

    private static void print(String text, Console console) {
        console.out().print(text);
        console.out().flush();
    }

    private static String text(List<InterfaceReport> reports, boolean json) {
        return json
                ? StatusJson.of(reports)
                : StatusTable.of(reports, System.currentTimeMillis() / 1000);
    }

    private static List<InterfaceReport> reports(String name) throws IOException {
        if (name != null) {
            return List.of(StatusClient.report(name).orElseThrow(() -> notRunning(name)));
        }
        List<InterfaceReport> all = new ArrayList<>();
        for (String each : StatusClient.interfaces()) {
            Optional<InterfaceReport> report = StatusClient.report(each);
            report.ifPresent(all::add);
        }
        if (all.isEmpty()) {
            throw new IOException("nothing is running here; start it: taltun up -c FILE");
        }
        return all;
    }

    private static IOException notRunning(String name) {
        List<String> others;
        try {
            others = StatusClient.interfaces();
        } catch (IOException e) {
            others = List.of();
        }
        String remedy =
                others.isEmpty() ? "start it: taltun up -c FILE" : Suggestion.remedy(name, others);
        return new IOException("no engine answers for " + Shown.quoted(name) + "; " + remedy);
    }
}
