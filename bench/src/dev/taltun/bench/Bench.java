package dev.taltun.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code make bench} runs. */
@Command(
        name = "bench",
        description = "Measures Taltun beside the bare link and the tunnels found on PATH.")
final class Bench implements Callable<Integer> {
    /** Connecting, starting, stopping: what a turn takes beside its measurements. */
    private static final double OVERHEAD_SECONDS = 9;

    @Option(names = "--reps", description = "turns of each contender")
    private Integer repetitions;

    @Option(names = "--seconds", description = "of each TCP measurement")
    private Integer seconds;

    @Option(names = "--quick", description = "one short turn of each")
    private boolean quick;

    @Option(names = "--only", split = ",", description = "these contenders only")
    private List<String> only = List.of();

    @Option(names = "--results", description = "folder for the results of all runs")
    private Path results = Path.of("bench", "results");

    @Option(names = "--launcher", description = "what starts Taltun")
    private Path launcher = Path.of("bin", "taltun");

    @Spec private CommandSpec spec;

    private volatile boolean stopped;
    private Lab lab;

    private Bench() {}

    public static void main(String[] arguments) {
        System.exit(run(System.err, arguments));
    }

    /**
     * @param err gets one line when something is wrong
     * @return 0, 1 when nothing was measured, 2 when the arguments make no sense
     */
    static int run(PrintStream err, String... arguments) {
        CommandLine line = new CommandLine(new Bench());
        line.setParameterExceptionHandler((e, args) -> complain(err, e, 2));
        line.setExecutionExceptionHandler((e, command, parsed) -> complain(err, e, 1));
        return line.execute(arguments);
    }

    private static int complain(PrintStream err, Exception e, int exit) {
        err.println("bench: " + e.getMessage());
        return exit;
    }

    @Override
    public Integer call() throws BenchFailure, IOException {
        Settings settings =
                (quick ? Settings.quick() : Settings.standard()).with(repetitions, seconds);
        if (settings.repetitions() < 1 || settings.seconds() < 1) {
            throw new ParameterException(spec.commandLine(), "REPS and SECONDS are at least 1");
        }
        List<Contender> wanted = wanted();
        require();
        List<Contender> contenders = runnable(wanted);
        Lab.sweep();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
        Results measured = measure(contenders, settings);
        if (stopped) {
            return 130;
        }
        report(contenders, measured, settings);
        boolean anything =
                measured.contenders().stream()
                        .anyMatch(name -> !measured.figures(name, Axis.TCP_1).isEmpty());
        return anything ? 0 : 1;
    }

    private static void require() throws BenchFailure {
        if (!System.getProperty("user.name").equals("root")) {
            throw new BenchFailure("network namespaces need root: sudo make bench");
        }
        Map<String, String> needed =
                Map.of("ip", "iproute2", "ping", "iputils-ping", "iperf3", "iperf3");
        for (Map.Entry<String, String> program : needed.entrySet()) {
            if (!Programs.found(program.getKey())) {
                throw new BenchFailure(
                        "%s is missing; on Debian and Ubuntu: apt-get install %s"
                                .formatted(program.getKey(), program.getValue()));
            }
        }
    }

    /** Those asked for. */
    private List<Contender> wanted() {
        Path taltun = launcher.toAbsolutePath().normalize();
        List<Contender> all =
                List.of(
                        new RawLink(),
                        new Taltun(taltun, "chacha20-poly1305"),
                        new Taltun(taltun, "aes-256-gcm"),
                        new WireGuardGo(),
                        new Nebula(),
                        new OpenVpn());
        List<String> names = all.stream().map(Contender::name).toList();
        for (String name : only) {
            if (!names.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "ONLY=" + name + ": choose of " + String.join(",", names));
            }
        }
        return all.stream()
                .filter(contender -> only.isEmpty() || only.contains(contender.name()))
                .toList();
    }

    /** Those whose programs are there; says which are left out. */
    private static List<Contender> runnable(List<Contender> wanted) throws BenchFailure {
        List<Contender> chosen = new ArrayList<>();
        List<String> lacking = new ArrayList<>();
        for (Contender contender : wanted) {
            List<String> missing =
                    contender.programs().stream().filter(name -> !Programs.found(name)).toList();
            if (missing.isEmpty()) {
                chosen.add(contender);
            } else {
                lacking.addAll(missing);
                System.err.printf(
                        "%s is left out: no %s on PATH%n",
                        contender.name(), String.join(", ", missing));
            }
        }
        if (chosen.isEmpty()) {
            throw new BenchFailure("nothing to measure: install " + String.join(", ", lacking));
        }
        return chosen;
    }

    private Results measure(List<Contender> contenders, Settings settings) {
        Progress progress =
                new Progress(
                        System.err,
                        isTerminal(),
                        contenders.size() * settings.repetitions(),
                        settings.repetitions(),
                        turnSeconds(settings));
        Results measured = new Results();
        for (int repetition = 1; repetition <= settings.repetitions(); repetition++) {
            for (Contender contender : contenders) {
                if (stopped) {
                    return measured;
                }
                progress.turn(repetition, contender.name());
                Outcome outcome = trial(contender, settings, progress);
                measured.add(contender.name(), outcome);
                if (!stopped) {
                    progress.finished(contender.name(), summary(outcome));
                }
            }
        }
        return measured;
    }

    private Outcome trial(Contender contender, Settings settings, Progress progress) {
        try (Lab fresh = open()) {
            return new Trial(contender, settings, progress, fresh).run();
        } catch (BenchFailure e) {
            Outcome outcome = new Outcome();
            outcome.fail(e.getMessage());
            return outcome;
        }
    }

    private synchronized Lab open() throws BenchFailure {
        if (stopped) {
            throw new BenchFailure("stopped");
        }
        lab = new Lab();
        return lab;
    }

    /** Ctrl-C: the JVM waits for this hook, so nothing is left behind. */
    private synchronized void stop() {
        stopped = true;
        if (lab != null) {
            lab.close();
        }
    }

    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    private static double turnSeconds(Settings settings) {
        int sizes = Payload.values().length;
        return OVERHEAD_SECONDS
                + settings.warmupSeconds()
                + 4 * settings.seconds()
                + sizes * (settings.floodSeconds() + settings.probes() * settings.probeSeconds())
                + settings.pings() * Settings.IDLE_INTERVAL
                + settings.loadedSeconds();
    }

    private static String summary(Outcome outcome) {
        if (outcome.failure() != null) {
            return "failed: " + outcome.failure();
        }
        Double speed = outcome.figures().get(Axis.TCP_1);
        Double small = outcome.figures().get(Axis.FLOOD_64);
        return "TCP %s Gbit/s, ping %.3f ms, UDP flood of 64 B %s kpps"
                .formatted(
                        speed == null ? "-" : Results.cell(Axis.TCP_1, speed),
                        Pings.millis(outcome.idle(), 50),
                        small == null ? "-" : Results.cell(Axis.FLOOD_64, small));
    }

    private void report(List<Contender> contenders, Results measured, Settings settings)
            throws IOException {
        MachineFacts machine = MachineFacts.read();
        Map<String, String> versions = new LinkedHashMap<>();
        contenders.forEach(one -> versions.put(one.name(), one.version()));
        String table = measured.table();
        System.out.println();
        System.out.print(table);
        System.out.println();
        System.out.println(machine.caption(settings));
        System.out.printf(
                "Pings: percentiles of all repetitions together. Loss-free: at most %.1f %% lost.%n",
                LossFreeSearch.LOSS_MAX * 100);
        measured.failures().forEach(line -> System.out.println("no figure: " + line));
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        Path folder = Files.createDirectories(results.resolve(time));
        Files.writeString(folder.resolve("table.txt"), table + machine.caption(settings) + "\n");
        Files.writeString(
                folder.resolve("results.json"),
                JsonReport.of(measured, settings, machine, versions));
        try {
            new Charts(measured, machine.caption(settings)).write(folder);
        } catch (LinkageError | RuntimeException e) {
            // Headless machines may lack what the JDK draws letters with.
            System.out.println(
                    "no charts: install fontconfig and a font, e.g. fonts-dejavu-core ("
                            + e.getMessage()
                            + ")");
        }
        System.out.println("results: " + folder);
    }
}
