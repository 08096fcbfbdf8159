package dev.taltun.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** iperf3 between the two ends of a lab: the client at a, the server at b. */
final class Iperf {
    private static final double GIGA = 1e9;

    /** Connecting, the exchange of results, and a loaded machine. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    /** Part of the datagrams of a measurement that may be on their way when it ends. */
    private static final double TAIL_MAX = 0.05;

    private static final int PORT = 5201;
    private static final int SERVER_MILLIS = 3000;

    private final Lab lab;
    private final String target;
    private Process server;

    /**
     * What became of a number of datagrams.
     *
     * @param sent by the client
     * @param reached how many of them the server knows of: up to the last that it read
     * @param received of those
     * @param seconds that the client sent
     */
    record Datagrams(long sent, long reached, long received, double seconds) {
        double sentPerSecond() {
            return sent / seconds;
        }

        double receivedPerSecond() {
            return received / seconds;
        }

        /**
         * Lost ones as a fraction. When the client is through, the server stops reading at once and
         * misses what is still on its way. Such a tail is no loss if it is short.
         */
        double loss() {
            boolean shortTail = reached >= sent * (1 - TAIL_MAX);
            if (sent == 0) {
                return 1;
            }
            return shortTail ? 1 - (double) received / reached : 1 - (double) received / sent;
        }
    }

    Iperf(Lab lab, String target) {
        this.lab = lab;
        this.target = target;
    }

    /** Starts the server, or another one if a measurement failed and may have left it confused. */
    void startServer() throws BenchFailure {
        if (server != null) {
            server.destroyForcibly();
            Programs.endsWithin(server, SERVER_MILLIS);
        }
        server = lab.start(1, "iperf3", List.of("iperf3", "-s"));
        String listening = String.format(":%04X 0", PORT);
        String sockets = "/proc/" + server.pid() + "/net/tcp";
        for (int waited = 0; waited < SERVER_MILLIS; waited += 10) {
            if (Programs.endsWithin(server, 10)) {
                break;
            }
            if ((Programs.read(sockets) + Programs.read(sockets + "6")).contains(listening)) {
                return;
            }
        }
        throw new BenchFailure("iperf3 -s does not listen: " + lab.lastLine("iperf3"));
    }

    /**
     * TCP for some seconds.
     *
     * @param options as iperf3 takes them
     * @return Gbit/s that arrived, both directions together
     */
    double tcp(int seconds, String... options) throws BenchFailure {
        List<String> more = new ArrayList<>(List.of("-t", Integer.toString(seconds)));
        more.addAll(List.of(options));
        return gigabits(client(Duration.ofSeconds(seconds), more));
    }

    /** As many datagrams as go out in some seconds. */
    Datagrams flood(int payload, int seconds) throws BenchFailure {
        List<String> options =
                List.of("-u", "-b", "0", "-l", "" + payload, "-t", Integer.toString(seconds));
        return datagrams(client(Duration.ofSeconds(seconds), options), payload);
    }

    /**
     * Datagrams at a steady rate, so many of them that it takes this time: iperf3 knows only whole
     * seconds otherwise.
     */
    Datagrams paced(int payload, double perSecond, double seconds) throws BenchFailure {
        long bits = Math.round(perSecond * payload * Byte.SIZE);
        long count = Math.max(1, Math.round(perSecond * seconds));
        List<String> options =
                List.of("-u", "-b", "" + bits, "-l", "" + payload, "-k", Long.toString(count));
        Duration whole = Duration.ofMillis(Math.round(seconds * 1000));
        return datagrams(client(whole, options), payload);
    }

    private String client(Duration whole, List<String> options) throws BenchFailure {
        List<String> command = new ArrayList<>(List.of("iperf3", "-c", target, "-J"));
        command.addAll(options);
        // With an error iperf3 ends with 1, but says in its JSON what it was.
        return Programs.attempt(whole.plus(SLACK), lab.at(0, command)).output();
    }

    static double gigabits(String json) throws BenchFailure {
        JsonObject end = end(json);
        double bits = end.getAsJsonObject("sum_received").get("bits_per_second").getAsDouble();
        JsonObject other = end.getAsJsonObject("sum_received_bidir_reverse");
        if (other != null) {
            bits += other.get("bits_per_second").getAsDouble();
        }
        if (bits == 0) {
            throw new BenchFailure("iperf3: nothing arrived");
        }
        return bits / GIGA;
    }

    static Datagrams datagrams(String json, int payload) throws BenchFailure {
        JsonObject end = end(json);
        JsonObject sent = end.getAsJsonObject("sum_sent");
        JsonObject received = end.getAsJsonObject("sum_received");
        return new Datagrams(
                sent.get("packets").getAsLong(),
                received.get("packets").getAsLong(),
                received.get("bytes").getAsLong() / payload,
                sent.get("seconds").getAsDouble());
    }

    private static JsonObject end(String json) throws BenchFailure {
        try {
            // Warnings stand before the JSON, for example of datagrams beyond TCP's MSS.
            String object = json.substring(Math.max(0, json.indexOf('{')));
            JsonObject whole = JsonParser.parseString(object).getAsJsonObject();
            JsonElement error = whole.get("error");
            if (error != null) {
                throw new BenchFailure("iperf3: " + error.getAsString());
            }
            return whole.getAsJsonObject("end");
        } catch (JsonParseException | IllegalStateException e) {
            throw new BenchFailure("iperf3: " + json.lines().findFirst().orElse("no output"));
        }
    }
}
