package dev.taltun.bench;

import dev.taltun.crypto.AeadProvider;
import dev.taltun.crypto.AeadProviders;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import dev.taltun.noise.KeyFactory;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What {@code make bench-lighthouse} runs: many nodes, with real handshakes, in front of one
 * lighthouse in a process of its own. Registrations a core are counted by the CPU time of that
 * process, so that what else the machine does matters little.
 */
@Command(
        name = "bench-lighthouse",
        description = "Measures a lighthouse with many registered nodes.")
final class LighthouseBench implements Callable<Integer> {
    private static final int HANDSHAKES_AT_ONCE = 64;
    private static final int REGISTRATIONS_AT_ONCE = 256;
    private static final double CONNECT_SECONDS = 120;
    private static final double WARM_UP_SECONDS = 3;

    @Option(names = "--nodes", description = "how many (${DEFAULT-VALUE})")
    private int nodes = 10_000;

    @Option(names = "--seconds", description = "of each measurement (${DEFAULT-VALUE})")
    private double seconds = 10;

    @Option(names = "--rate", description = "registrations a second to offer (${DEFAULT-VALUE})")
    private int rate = 5000;

    @Option(names = "--launcher", description = "what starts Taltun")
    private Path launcher = Path.of("bin", "taltun");

    private LighthouseBench() {}

    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new LighthouseBench());
        line.setExecutionExceptionHandler(
                (e, command, parsed) -> {
                    System.err.println("bench-lighthouse: " + e.getMessage());
                    return 1;
                });
        System.exit(line.execute(arguments));
    }

    @Override
    public Integer call() throws BenchFailure, IOException {
        AeadProvider provider =
                AeadProviders.discover(null, System::nanoTime)
                        .choose(CipherSuite.CHACHA20_POLY1305);
        KeyFactory keys = (suite, key) -> provider.newKey(suite, key, 1);
        double base = measure(1, keys, false);
        double full = measure(nodes, keys, true);
        say("memory beyond that with one node: %.0f MiB", full - base);
        return 0;
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    /** Resident memory in the end, in MiB. */
    private double measure(int count, KeyFactory keys, boolean load)
            throws BenchFailure, IOException {
        try (SecretKey privateKey = SecretKey.generate()) {
            PublicKey publicKey = X25519.publicKey(privateKey);
            List<Registrant> crowd = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                try (SecretKey own = SecretKey.generate()) {
                    crowd.add(new Registrant(i, own, publicKey, keys));
                }
            }
            List<String> known = crowd.stream().map(node -> node.publicKey().toBase64()).toList();
            int port = freePort();
            String text = Base64.getEncoder().encodeToString(privateKey.toBytes());
            try (LighthouseUnderLoad lighthouse =
                            LighthouseUnderLoad.start(launcher, port, text, known);
                    Crowd all = new Crowd(crowd, port)) {
                return load ? load(lighthouse, all, count) : alone(lighthouse, all);
            }
        }
    }

    private double alone(LighthouseUnderLoad lighthouse, Crowd one)
            throws BenchFailure, IOException {
        one.connect(1, CONNECT_SECONDS);
        one.register(1, 1, WARM_UP_SECONDS);
        double rss = lighthouse.rss();
        say("one node: %.0f MiB resident", rss);
        return rss;
    }

    private double load(LighthouseUnderLoad lighthouse, Crowd all, int count)
            throws BenchFailure, IOException {
        say("%d nodes known: %.0f MiB resident", count, lighthouse.rss());
        double before = lighthouse.cpuSeconds();
        Crowd.Result connected = all.connect(HANDSHAKES_AT_ONCE, CONNECT_SECONDS);
        double cpu = lighthouse.cpuSeconds() - before;
        say(
                "handshakes: %d in %.1f s, %d repeated, %.0f us of CPU each",
                connected.answered(),
                connected.seconds(),
                connected.lost(),
                cpu / connected.answered() * 1e6);
        all.register(REGISTRATIONS_AT_ONCE, 0, WARM_UP_SECONDS);
        register("as fast as it can", lighthouse, all, 0);
        register("offered " + rate + "/s", lighthouse, all, rate);
        double idleFrom = lighthouse.cpuSeconds();
        if (lighthouse.endsWithin((long) (seconds * 1000))) {
            throw new BenchFailure("the lighthouse ended by itself");
        }
        say("idle: %.1f %% of a core", (lighthouse.cpuSeconds() - idleFrom) / seconds * 100);
        double rss = lighthouse.rss();
        say("%d nodes registered: %.0f MiB resident", count, rss);
        return rss;
    }

    private void register(String what, LighthouseUnderLoad lighthouse, Crowd all, int perSecond)
            throws BenchFailure, IOException {
        double before = lighthouse.cpuSeconds();
        Crowd.Result result = all.register(REGISTRATIONS_AT_ONCE, perSecond, seconds);
        double cpu = lighthouse.cpuSeconds() - before;
        say(
                "registrations, %s: %.0f/s answered, %d lost, median %.2f ms,"
                        + " %.1f us of CPU each: %.0f/s a core",
                what,
                result.perSecond(),
                result.lost(),
                result.medianMillis(),
                cpu / result.answered() * 1e6,
                result.answered() / cpu);
    }

    private static int freePort() throws IOException {
        try (DatagramSocket probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
