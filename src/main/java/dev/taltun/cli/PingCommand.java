package dev.taltun.cli;

import dev.taltun.config.Shown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code taltun ping}: echo requests through the tunnel, each answer with the path that it took.
 *
 * <p>The kernel sends them, so they go the way of all packets; the running engine is asked before
 * and after each, and its counters tell whose session the answer came on.
 */
final class PingCommand implements CliCommand {
    private static final String COUNT = "--count";
    private static final String INTERVAL = "--interval";
    private static final int DEFAULT_COUNT = 5;
    private static final int PATIENCE_MILLIS = 2000;

    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Sends echo requests (ICMP) to a peer through the tunnel and says over"
                                + " which path each answer came. Needs root and a running engine.");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("VIP")
                        .arity("1")
                        .index("0")
                        .type(String.class)
                        .description("the peer's address inside the VPN, or one behind it")
                        .build());
        spec.addOption(
                OptionSpec.builder("-c", COUNT)
                        .paramLabel("N")
                        .type(int.class)
                        .description("how many; " + DEFAULT_COUNT + " if not given")
                        .build());
        spec.addOption(
                OptionSpec.builder("-i", INTERVAL)
                        .paramLabel("SECONDS")
                        .type(double.class)
                        .description("from one to the next; 1 if not given")
                        .build());
    }

    @Override
    public int run(ParseResult arguments, Console console) throws IOException {
        String text = arguments.matchedPositionalValue(0, "");
        InetAddress target;
        try {
            target = InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            console.complain(
                    "ping", Shown.quoted(text) + " is not an IP address; write one inside the VPN");
            return ExitCode.USAGE;
        }
        int count = arguments.matchedOptionValue(COUNT, DEFAULT_COUNT);
        double seconds = arguments.matchedOptionValue(INTERVAL, 1.0);
        if (count < 1 || !(seconds >= 0 && seconds <= 3600)) {
            console.complain("ping", "--count is 1 or more, --interval 0 to 3600 seconds");
            return ExitCode.USAGE;
        }
        WatchedPeer path = WatchedPeer.to(target);
        NetworkInterface device = NetworkInterface.getByName(path.interfaceName());
        if (device == null) {
            throw new IOException(
                    "interface "
                            + path.interfaceName()
                            + " is in another network namespace; run this in there");
        }
        console.out().println(text + " is " + path.peerName() + " on " + path.interfaceName());
        return ping(target, device, path, count, seconds, console);
    }

    private static int ping(
            InetAddress target,
            NetworkInterface device,
            WatchedPeer path,
            int count,
            double seconds,
            Console console)
            throws IOException {
        int answers = 0;
        for (int n = 1; n <= count; n++) {
            long from = System.nanoTime();
            boolean answered = target.isReachable(device, 0, PATIENCE_MILLIS);
            long took = System.nanoTime() - from;
            String way = path.ofLastAnswer();
            if (answered) {
                answers++;
                String rtt = StatusTable.rtt(TimeUnit.NANOSECONDS.toMicros(took));
                console.out().println("answer " + n + ": " + rtt + ", " + way);
            } else {
                console.out()
                        .println(
                                String.format(
                                        Locale.ROOT,
                                        "no answer %d within %d s, path: %s",
                                        n,
                                        PATIENCE_MILLIS / 1000,
                                        path.inUse()));
            }
            console.out().flush();
            long rest = (long) (seconds * TimeUnit.SECONDS.toNanos(1)) - took;
            if (n < count && rest > 0) {
                LockSupport.parkNanos(rest);
            }
        }
        console.out().println(count + " sent, " + answers + " answered");
        console.out().flush();
        return answers == 0 ? ExitCode.FAILURE : ExitCode.OK;
    }
}
