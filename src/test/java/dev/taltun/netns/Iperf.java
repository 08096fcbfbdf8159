package dev.taltun.netns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Throughput by iperf3 from a client namespace to a server namespace. */
public final class Iperf {
    private static final Duration START = Duration.ofSeconds(10);

    /** Each flow has its own, so that several may go on at once. */
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(5201);

    private static final Pattern OVERTAKEN = Pattern.compile("\"out_of_order\":\\s*(\\d+)");

    private Iperf() {}

    /**
     * What arrived at the receiver.
     *
     * @param overtaken datagrams that came after a later one of their flow
     */
    public record Flow(double bitsPerSecond, double lostPercent, long bytes, long overtaken) {}

    public static Flow tcp(Namespace client, Namespace server, String target, int seconds) {
        return flow(client, server, target, "-t", Integer.toString(seconds));
    }

    /** A TCP flow that carries this much, in iperf3's notation ("100M"). */
    public static Flow tcpBytes(Namespace client, Namespace server, String target, String bytes) {
        return flow(client, server, target, "-n", bytes);
    }

    /** A TCP flow of this much at no more than this rate ("40M"), while the test goes on. */
    public static CompletableFuture<Flow> tcpMeanwhile(
            Namespace client, Namespace server, String target, String bytes, String rate) {
        return CompletableFuture.supplyAsync(
                () -> flow(client, server, target, "-n", bytes, "-b", rate));
    }

    /** A UDP flow of a fixed bit rate, in iperf3's notation ("20M"). */
    public static Flow udp(
            Namespace client, Namespace server, String target, int seconds, String rate) {
        return flow(
                client,
                server,
                target,
                "-u",
                "-b",
                rate,
                "-l",
                "1200",
                "-t",
                Integer.toString(seconds));
    }

    /**
     * Several UDP flows at once, of a fixed bit rate each, from the server to the client: only who
     * receives tells what was overtaken.
     */
    public static Flow udpFlowsBack(
            Namespace client,
            Namespace server,
            String target,
            int seconds,
            int flows,
            String rate) {
        return flow(
                client,
                server,
                target,
                "-u",
                "-R",
                "-b",
                rate,
                "-l",
                "1200",
                "-t",
                Integer.toString(seconds),
                "-P",
                Integer.toString(flows));
    }

    private static Flow flow(Namespace client, Namespace server, String target, String... options) {
        String port = Integer.toString(NEXT_PORT.getAndIncrement());
        try (Background listener = server.start("iperf3", "-s", "-1", "--forceflush", "-p", port)) {
            listener.awaitLine("Server listening", START);
            List<String> command =
                    new ArrayList<>(List.of("iperf3", "-J", "-c", target, "-p", port));
            command.addAll(List.of(options));
            Outcome outcome =
                    client.attempt(Duration.ofSeconds(90), command.toArray(String[]::new));
            if (outcome.exit() != 0) {
                throw new AssertionError("iperf3 to " + target + " failed\n" + outcome.output());
            }
            return parse(outcome.output());
        }
    }

    /** The last summary of iperf3's JSON is the receiver's ("sum_received", for UDP "sum"). */
    static Flow parse(String json) {
        Matcher summary = Pattern.compile("\"end\":\\s*\\{").matcher(json);
        if (!summary.find()) {
            throw new AssertionError("iperf3 printed no summary\n" + json);
        }
        String end = json.substring(summary.start());
        int received = end.indexOf("\"sum_received\"");
        String sum = end.substring(received >= 0 ? received : end.indexOf("\"sum\""));
        return new Flow(
                number(sum, "bits_per_second", 0),
                number(end, "lost_percent", 0),
                (long) number(sum, "bytes", 0),
                overtaken(end));
    }

    private static long overtaken(String json) {
        return OVERTAKEN.matcher(json).results().mapToLong(it -> Long.parseLong(it.group(1))).sum();
    }

    private static double number(String json, String key, double otherwise) {
        Matcher matcher = Pattern.compile("\"" + key + "\":\\s*([-+.eE0-9]+)").matcher(json);
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : otherwise;
    }
}
