package dev.taltun.bench.micro;

import dev.taltun.crypto.AeadBenchmark;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code make bench-micro} runs: every benchmark once, in a JVM of its own. */
@Command(name = "bench-micro", description = "Measures the parts of the packet path with JMH.")
final class Micro implements Callable<Integer> {
    @Option(names = "--only", description = "expression that the names of benchmarks contain")
    private String only = ".*";

    @Option(names = "--quick", description = "shorter, less exact")
    private boolean quick;

    @Option(names = "--results", description = "folder for the results of all runs")
    private Path results = Path.of("bench", "results");

    @Spec private CommandSpec spec;

    private Micro() {}

    public static void main(String[] arguments) {
        System.exit(run(System.err, arguments));
    }

    /**
     * @param err gets one line when something is wrong
     * @return 0, 1 when nothing was measured, 2 when the arguments make no sense
     */
    static int run(PrintStream err, String... arguments) {
        CommandLine line = new CommandLine(new Micro());
        line.setParameterExceptionHandler((e, args) -> complain(err, e, 2));
        line.setExecutionExceptionHandler((e, command, parsed) -> complain(err, e, 1));
        return line.execute(arguments);
    }

    private static int complain(PrintStream err, Exception e, int exit) {
        err.println("bench-micro: " + e.getMessage());
        return exit;
    }

    @Override
    public Integer call() throws IOException, RunnerException {
        requireOne();
        Files.createDirectories(results);
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        Path file = results.resolve("micro-" + time + ".json");
        List<String> providers = AeadBenchmark.available();
        int iterations = quick ? 1 : 3;
        TimeValue turn = TimeValue.milliseconds(quick ? 200 : 400);
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .include(only)
                        .param("provider", providers.toArray(String[]::new))
                        .forks(1)
                        .warmupIterations(iterations)
                        .warmupTime(turn)
                        .measurementIterations(iterations)
                        .measurementTime(turn)
                        .jvmArgs("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC")
                        .shouldFailOnError(false)
                        .resultFormat(ResultFormatType.JSON)
                        .result(file.toString());
        boolean none = new Runner(options.build()).run().isEmpty();
        System.out.println("results: " + file);
        return none ? 1 : 0;
    }

    /** Sees to it that there is a benchmark of that name. */
    private void requireOne() {
        List<String> names =
                BenchmarkList.defaultList().getAll(null, List.of()).stream()
                        .map(BenchmarkListEntry::getUsername)
                        .toList();
        Pattern pattern;
        try {
            pattern = Pattern.compile(only);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(
                    spec.commandLine(), "ONLY=" + only + ": " + e.getDescription());
        }
        if (names.stream().noneMatch(name -> pattern.matcher(name).find())) {
            Set<String> groups = new TreeSet<>();
            names.forEach(name -> groups.add(name.replaceAll(".*\\.(.*)\\..*", "$1")));
            throw new ParameterException(
                    spec.commandLine(),
                    "ONLY=" + only + ": choose of " + String.join(", ", groups));
        }
    }
}
