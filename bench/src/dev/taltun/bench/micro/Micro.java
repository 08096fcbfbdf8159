package dev.taltun.bench.micro;

import dev.taltun.crypto.AeadBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code make bench-micro} runs: every benchmark once, in a JVM of its own. */
@Command(name = "bench-micro", description = "Measures the parts of the packet path with JMH.")
final class Micro implements Callable<Integer> {
    @Option(names = "--only", description = "expression that the names of benchmarks contain")
    private String only = ".*";

    @Option(names = "--quick", description = "shorter, less exact")
    private boolean quick;

    @Option(names = "--results", description = "folder for the results of all runs")
    private Path results = Path.of("bench", "results");

    private Micro() {}

    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Micro());
        line.setExecutionExceptionHandler(
                (e, command, parsed) -> {
                    System.err.println("bench-micro: " + e.getMessage());
                    return 1;
                });
        System.exit(line.execute(arguments));
    }

    @Override
    public Integer call() throws IOException, RunnerException {
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
}
