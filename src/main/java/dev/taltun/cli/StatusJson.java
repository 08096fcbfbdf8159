package dev.taltun.cli;

import dev.taltun.api.InterfaceReport;
import dev.taltun.api.PathReport;
import dev.taltun.api.PeerReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The state of interfaces for programs: RFC 8259. Absent facts are null, numbers have units. */
final class StatusJson {
    private final StringBuilder text = new StringBuilder();
    private boolean first = true;

    private StatusJson() {}

    /** An array of objects, and a line break. */
    static String of(List<InterfaceReport> reports) {
        StatusJson json = new StatusJson();
        json.open('[');
        reports.forEach(json::report);
        json.close(']');
        return json.text.append('\n').toString();
    }

    private void report(InterfaceReport report) {
        open('{');
        string("interface", Optional.of(report.name()));
        string("mode", report.mode());
        string("public_key", report.publicKey());
        number("listen_port", report.listenPort());
        number("fwmark", report.fwmark());
        number("mtu_bytes", report.mtu());
        strings("offloads", report.offloads());
        string("crypto", report.crypto());
        key("counters");
        open('{');
        for (Map.Entry<String, Long> counter : report.counters().entrySet()) {
            number(counter.getKey(), counter.getValue());
        }
        close('}');
        key("peers");
        open('[');
        report.peers().forEach(this::peer);
        close(']');
        close('}');
    }

    private void peer(PeerReport peer) {
        open('{');
        string("name", peer.name());
        string("public_key", Optional.of(peer.publicKey()));
        key("preshared_key");
        text.append(peer.hasPresharedKey());
        first = false;
        string("endpoint", peer.endpoint());
        path(peer.path());
        string("cipher", peer.suite());
        string("state", Optional.of(StatusTable.state(peer)));
        number("latest_handshake_epoch_seconds", peer.handshakeEpochSeconds());
        number("rx_bytes", peer.rxBytes());
        number("tx_bytes", peer.txBytes());
        number("rx_packets", peer.rxPackets());
        number("tx_packets", peer.txPackets());
        number("keepalive_seconds", peer.keepaliveSeconds());
        number("session_age_ms", peer.sessionAgeMillis());
        number("received_ms_ago", peer.receivedMillisAgo());
        number("unanswered_ms", peer.unansweredMillis());
        number("waiting_packets", peer.waitingPackets());
        strings("allowed_ips", peer.allowedIps());
        close('}');
    }

    private void path(PathReport path) {
        string("path", path.kind());
        string("path_relay", path.relay());
        string("path_reason", path.reason());
        number("path_changed_ms_ago", path.changedMillisAgo());
        number("direct_rtt_us", path.directRttMicros());
        number("relay_rtt_us", path.relayRttMicros());
        string("observed", path.observed());
        strings("candidates", path.candidates());
        string("filtering", path.filtering());
        number("observed_ms_ago", path.observedMillisAgo());
        string("observed_from", path.observedFrom());
    }

    private void open(char bracket) {
        separate();
        text.append(bracket);
        first = true;
    }

    private void close(char bracket) {
        text.append(bracket);
        first = false;
    }

    /** A comma before all but the first of a list, and none behind a key. */
    private void separate() {
        if (!first) {
            text.append(',');
        }
        first = false;
    }

    private void key(String key) {
        separate();
        quote(key);
        text.append(':');
        first = true;
    }

    private void string(String key, Optional<String> value) {
        key(key);
        value.ifPresentOrElse(this::quote, () -> text.append("null"));
        first = false;
    }

    private void strings(String key, List<String> values) {
        key(key);
        open('[');
        for (String value : values) {
            separate();
            quote(value);
        }
        close(']');
    }

    private void number(String key, long value) {
        number(key, OptionalLong.of(value));
    }

    private void number(String key, OptionalLong value) {
        key(key);
        text.append(value.isPresent() ? Long.toString(value.getAsLong()) : "null");
        first = false;
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
