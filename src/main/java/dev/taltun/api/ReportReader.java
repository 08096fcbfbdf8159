package dev.taltun.api;

import dev.taltun.crypto.PublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the answer to {@code get=1}, from Taltun and from others. Keys that are secret are not even
 * made Strings of; keys that are unknown are skipped.
 */
final class ReportReader {
    private static final Set<String> SECRET = Set.of("private_key", "preshared_key");

    private final String interfaceName;
    private final Map<String, String> device = new LinkedHashMap<>();
    private final List<String> allowedIps = new ArrayList<>();
    private final List<String> candidates = new ArrayList<>();
    private final Map<String, Long> counters = new LinkedHashMap<>();
    private final List<PeerReport> peers = new ArrayList<>();

    /** Of the peer that is being read, or null. */
    private Map<String, String> peer;

    ReportReader(String interfaceName) {
        this.interfaceName = interfaceName;
    }

    /** One line without its end. */
    void line(byte[] bytes, int start, int length) throws IOException {
        int equals = 0;
        while (equals < length && bytes[start + equals] != '=') {
            equals++;
        }
        if (equals == length) {
            throw strange();
        }
        String key = new AsciiText(bytes, start, equals).toString();
        String value =
                SECRET.contains(key)
                        ? ""
                        : new String(
                                bytes,
                                start + equals + 1,
                                length - equals - 1,
                                StandardCharsets.UTF_8);
        switch (key) {
            case "public_key" -> {
                endPeer();
                peer = new LinkedHashMap<>();
                peer.put(key, value);
            }
            case "allowed_ip" -> allowedIps.add(value);
            case StatusKey.CANDIDATE -> candidates.add(value);
            case StatusKey.COUNTER -> counter(value);
            case "errno" -> {
                if (!value.equals("0")) {
                    throw new IOException(
                            "interface " + interfaceName + " answers with error " + value);
                }
            }
            default -> (peer == null ? device : peer).put(key, value);
        }
    }

    private void counter(String value) throws IOException {
        int blank = value.indexOf(' ');
        if (blank < 0) {
            throw strange();
        }
        counters.put(value.substring(0, blank), number(value.substring(blank + 1)));
    }

    /** All that was read. */
    InterfaceReport report() throws IOException {
        endPeer();
        return new InterfaceReport(
                interfaceName,
                text(device, StatusKey.MODE),
                device.containsKey(StatusKey.OWN_PUBLIC_KEY)
                        ? Optional.of(base64(device.get(StatusKey.OWN_PUBLIC_KEY)))
                        : Optional.empty(),
                (int) number(device, "listen_port"),
                number(device, "fwmark"),
                (int) number(device, StatusKey.MTU),
                text(device, StatusKey.OFFLOADS)
                        .filter(names -> !names.isEmpty())
                        .map(names -> List.of(names.split(" ")))
                        .orElse(List.of()),
                text(device, StatusKey.CRYPTO),
                counters,
                List.copyOf(peers));
    }

    private void endPeer() throws IOException {
        if (peer == null) {
            return;
        }
        peers.add(
                new PeerReport(
                        text(peer, StatusKey.NAME),
                        base64(peer.get("public_key")),
                        peer.containsKey("preshared_key"),
                        text(peer, "endpoint"),
                        path(),
                        text(peer, StatusKey.SUITE),
                        number(peer, "last_handshake_time_sec"),
                        number(peer, "rx_bytes"),
                        number(peer, "tx_bytes"),
                        number(peer, StatusKey.RX_PACKETS),
                        number(peer, StatusKey.TX_PACKETS),
                        (int) number(peer, "persistent_keepalive_interval"),
                        List.copyOf(allowedIps),
                        optional(peer, StatusKey.SESSION_AGE_MS),
                        optional(peer, StatusKey.RECEIVED_MS_AGO),
                        number(peer, StatusKey.UNANSWERED_MS),
                        number(peer, StatusKey.WAITING_PACKETS)));
        allowedIps.clear();
        candidates.clear();
        peer = null;
    }

    private PathReport path() throws IOException {
        return new PathReport(
                text(peer, StatusKey.PATH),
                text(peer, StatusKey.PATH_RELAY),
                text(peer, StatusKey.PATH_REASON),
                optional(peer, StatusKey.PATH_CHANGED_MS_AGO),
                optional(peer, StatusKey.DIRECT_RTT_US),
                optional(peer, StatusKey.RELAY_RTT_US),
                text(peer, StatusKey.OBSERVED),
                candidates,
                text(peer, StatusKey.FILTERING),
                optional(peer, StatusKey.OBSERVED_MS_AGO),
                text(peer, StatusKey.OBSERVED_FROM));
    }

    private static Optional<String> text(Map<String, String> from, String key) {
        return Optional.ofNullable(from.get(key));
    }

    private OptionalLong optional(Map<String, String> from, String key) throws IOException {
        return from.containsKey(key) ? OptionalLong.of(number(from, key)) : OptionalLong.empty();
    }

    private long number(Map<String, String> from, String key) throws IOException {
        return number(from.getOrDefault(key, "0"));
    }

    private long number(String text) throws IOException {
        try {
            return Long.decode(text);
        } catch (NumberFormatException e) {
            throw strange();
        }
    }

    private String base64(String hex) throws IOException {
        try {
            return PublicKey.parse(hex).toBase64();
        } catch (IllegalArgumentException e) {
            throw strange();
        }
    }

    private IOException strange() {
        return new IOException(
                "interface " + interfaceName + " answers in a way that is not WireGuard's");
    }
}
