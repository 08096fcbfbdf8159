package dev.taltun.cli;

import dev.taltun.api.InterfaceReport;
import dev.taltun.api.PathReport;
import dev.taltun.api.PeerReport;
import dev.taltun.metrics.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** The state of interfaces for people: a few lines for each, and a table of its peers. */
final class StatusTable {
    private static final List<String> HEADINGS =
            List.of(
                    "PEER",
                    "KEY",
                    "ENDPOINT",
                    "PATH",
                    "RTT",
                    "CIPHER",
                    "HANDSHAKE",
                    "RECEIVED",
                    "SENT",
                    "STATE");

    /** Shorter waits for an answer are nothing to talk of. */
    private static final long PATIENCE_MILLIS = 3000;

    /** Lighthouses say where they see us every 8 to 13 s. */
    private static final long FRESH_MILLIS = 15_000;

    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final int KEY_ENDS = 4;

    private StatusTable() {}

    static String of(List<InterfaceReport> reports, long nowEpochSeconds) {
        StringBuilder text = new StringBuilder();
        for (InterfaceReport report : reports) {
            if (!text.isEmpty()) {
                text.append('\n');
            }
            describe(report, text);
            peers(report.peers(), nowEpochSeconds, text);
        }
        return text.toString();
    }

    private static void describe(InterfaceReport report, StringBuilder text) {
        List<String> facts = new ArrayList<>();
        report.mode().ifPresent(facts::add);
        facts.add("UDP port " + report.listenPort());
        if (report.mtu() != 0) {
            facts.add("MTU " + report.mtu());
        }
        if (report.fwmark() != 0) {
            facts.add("fwmark 0x" + Long.toHexString(report.fwmark()));
        }
        text.append(report.name()).append(": ").append(String.join(", ", facts)).append('\n');
        if (report.mode().isPresent()) {
            row(text, "public key", report.publicKey().orElse("none yet"));
            row(text, "cipher", report.crypto().orElse("unknown"));
            row(
                    text,
                    "offloads",
                    report.offloads().isEmpty() ? "none" : String.join(" ", report.offloads()));
        }
        for (Map.Entry<String, Long> counter : report.counters().entrySet()) {
            if (isTrouble(counter.getKey())) {
                row(text, "dropped", counter.getValue() + " " + sentence(counter.getKey()));
            }
        }
    }

    private static void row(StringBuilder text, String title, String value) {
        text.append(String.format(Locale.ROOT, "  %-11s %s%n", title, value));
    }

    private static boolean isTrouble(String counter) {
        return counter.startsWith("DROP_")
                || counter.endsWith("_ERRORS")
                || counter.endsWith("_DROPPED")
                || counter.endsWith("_MALFORMED")
                || (counter.startsWith("HANDSHAKE_") && !counter.endsWith("_SENT"));
    }

    /** In an engine's words, unless it is older or newer than this program. */
    private static String sentence(String counter) {
        for (Counter known : Counter.values()) {
            if (known.name().equals(counter)) {
                return known.sentence();
            }
        }
        return counter;
    }

    private static void peers(List<PeerReport> peers, long now, StringBuilder text) {
        if (peers.isEmpty()) {
            text.append("  no peers\n");
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADINGS);
        for (PeerReport peer : peers) {
            rows.add(
                    List.of(
                            peer.name().orElse("-"),
                            abbreviated(peer.publicKey()),
                            peer.endpoint().orElse("-"),
                            peer.path().kind().isPresent() ? peer.path().text() : "-",
                            rtt(peer.path().rttMicros()),
                            peer.suite().orElse("-"),
                            handshake(peer, now),
                            bytes(peer.rxBytes()),
                            bytes(peer.txBytes()),
                            state(peer)));
        }
        int[] widths = new int[HEADINGS.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (int r = 0; r < rows.size(); r++) {
            List<String> row = rows.get(r);
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append("  ").append(row.get(i));
                line.append(" ".repeat(widths[i] - row.get(i).length()));
            }
            text.append(line.toString().stripTrailing()).append('\n');
            if (r > 0) {
                way(peers.get(r - 1).path(), text);
            }
        }
    }

    /** What is to be said of a path beside its name, below its peer. */
    private static void way(PathReport path, StringBuilder text) {
        List<String> facts = new ArrayList<>();
        path.changedMillisAgo()
                .ifPresent(ms -> facts.add(path.text() + " since " + span(ms / 1000)));
        path.directRttMicros().ifPresent(us -> facts.add("direct RTT " + rtt(us)));
        path.relayRttMicros().ifPresent(us -> facts.add("relay RTT " + rtt(us)));
        path.observed().ifPresent(at -> facts.add(sight(path)));
        if (!facts.isEmpty()) {
            text.append("    ").append(String.join(", ", facts)).append('\n');
        }
        path.reason().ifPresent(why -> text.append("    not direct: " + why + '\n'));
        for (String candidate : path.candidates()) {
            text.append("    tried ").append(candidate.replaceFirst(" ", ": ")).append('\n');
        }
    }

    /** Where a lighthouse saw us, and when, if that is not quite as good as now. */
    static String sight(PathReport path) {
        String at = path.observed().orElseThrow();
        long millis = path.observedMillisAgo().orElse(0);
        return millis <= FRESH_MILLIS
                ? "sees us at " + at
                : "saw us at " + at + " " + ago(millis / 1000);
    }

    private static String rtt(OptionalLong micros) {
        return micros.isPresent() ? rtt(micros.getAsLong()) : "-";
    }

    static String rtt(long micros) {
        return String.format(Locale.ROOT, "%.2f ms", micros / 1000.0);
    }

    private static String abbreviated(String key) {
        int end = key.length() - 1;
        return key.substring(0, KEY_ENDS) + "…" + key.substring(end - KEY_ENDS, end);
    }

    private static String handshake(PeerReport peer, long now) {
        long at = peer.handshakeEpochSeconds();
        return at == 0 ? "never" : ago(Math.max(0, now - at));
    }

    private static String ago(long seconds) {
        return span(seconds) + " ago";
    }

    /** In the largest unit, as nobody needs it more exactly. */
    private static String span(long seconds) {
        if (seconds < MINUTE) {
            return seconds + " s";
        }
        if (seconds < HOUR) {
            return seconds / MINUTE + " min";
        }
        return seconds < DAY ? seconds / HOUR + " h" : seconds / DAY + " d";
    }

    static String bytes(long count) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        double value = count;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? count + " B" : String.format(Locale.ROOT, "%.2f %s", value, units[unit]);
    }

    /** What a user wants to know first, and what to look at if it is bad. */
    static String state(PeerReport peer) {
        if (peer.unansweredMillis() >= PATIENCE_MILLIS) {
            long seconds = peer.unansweredMillis() / 1000;
            String since = "no answer for " + seconds + " s";
            return peer.handshakeEpochSeconds() == 0
                    ? since + "; is it running, is UDP to it open, do the keys match?"
                    : since + "; it may be gone, or the way to it";
        }
        if (peer.suite().isPresent()) {
            return "up";
        }
        if (peer.path().isRelayed()) {
            return "relayed";
        }
        if (peer.endpoint().isEmpty()) {
            return "waits to be called: it has no endpoint";
        }
        return peer.handshakeEpochSeconds() == 0 ? "idle: nothing sent yet" : "idle";
    }
}
