package dev.taltun.config;

import dev.taltun.crypto.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Values from the command line, as typed. They win over the file's and are checked by the same
 * rules. For one thread.
 */
public final class Overrides {
    private static final String PEER_FLAG = "--peer";

    private final Map<InterfaceKey, String> values = new EnumMap<>(InterfaceKey.class);
    private final List<String> peers = new ArrayList<>();

    /** Sets one value; lists are separated by commas. Null means that the flag was not given. */
    public Overrides set(InterfaceKey key, String value) {
        if (value != null) {
            values.put(key, value);
        }
        return this;
    }

    /** Adds {@code KEY,VIP[,ENDPOINT[,CIDR...]]}, or changes the peer of the file with that key. */
    public Overrides addPeer(String value) {
        peers.add(value);
        return this;
    }

    /** Whether no flag was given. */
    public boolean isEmpty() {
        return values.isEmpty() && peers.isEmpty();
    }

    /** Puts the values over those of a file. */
    void apply(RawConfig config, Problems problems) {
        values.forEach(
                (key, text) -> {
                    RawValue value = value(key, text, problems);
                    if (value != null) {
                        config.iface().put(key, value);
                    }
                });
        if (values.containsKey(InterfaceKey.PRIVATE_KEY_FILE)) {
            config.iface().remove(InterfaceKey.PRIVATE_KEY);
        }
        for (int i = 0; i < peers.size(); i++) {
            String label = peers.size() == 1 ? PEER_FLAG : PEER_FLAG + " #" + (i + 1);
            applyPeer(peers.get(i), Source.flag(label), config.peers(), problems);
        }
    }

    private static RawValue value(InterfaceKey key, String text, Problems problems) {
        Source source = Source.flag(key.flag());
        return switch (key.kind()) {
            case TEXT -> new RawValue(text, source);
            case TEXTS -> new RawValue(elements(text, source), source);
            case NUMBER -> {
                Long number = number(text);
                if (number == null) {
                    problems.error(
                            source,
                            Shown.quoted(text) + " is not a whole number",
                            "write " + key.flag() + " 10");
                }
                yield number == null ? null : new RawValue(number, source);
            }
            case SWITCH -> {
                boolean on = text.equals("true");
                if (!on && !text.equals("false")) {
                    problems.error(
                            source,
                            Shown.quoted(text) + " is neither true nor false",
                            "write " + key.flag() + " true");
                }
                yield new RawValue(on, source);
            }
        };
    }

    private static Long number(String text) {
        String digits = text.toLowerCase(Locale.ROOT);
        try {
            return digits.startsWith("0x")
                    ? Long.parseLong(digits.substring(2), 16)
                    : Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static List<RawValue> elements(String text, Source source) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .map(element -> new RawValue(element, source))
                .toList();
    }

    private static void applyPeer(
            String text, Source source, List<RawTable> peers, Problems problems) {
        List<String> parts = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        if (parts.size() < 2) {
            problems.error(source, "the VIP is missing", "write KEY,VIP[,ENDPOINT[,CIDR...]]");
            return;
        }
        RawTable peer =
                peers.stream()
                        .filter(known -> hasKey(known, parts.get(0)))
                        .findFirst()
                        .orElseGet(() -> added(peers, source));
        peer.put(PeerKey.PUBLIC_KEY, new RawValue(parts.get(0), source));
        if (!parts.get(1).isEmpty()) {
            peer.put(PeerKey.VIP, new RawValue(parts.get(1), source));
        }
        if (parts.size() > 2 && !parts.get(2).isEmpty()) {
            peer.put(PeerKey.ENDPOINT, new RawValue(parts.get(2), source));
        }
        if (parts.size() > 3) {
            String networks = String.join(",", parts.subList(3, parts.size()));
            peer.put(PeerKey.ALLOWED_IPS, new RawValue(elements(networks, source), source));
        }
    }

    private static boolean hasKey(RawTable peer, String key) {
        RawValue value = peer.get(PeerKey.PUBLIC_KEY);
        return value != null && value.source().file() != null && sameKey(value.text(), key);
    }

    /** Whether both name one key, be it in base64 or hex. */
    private static boolean sameKey(String a, String b) {
        try {
            return PublicKey.parse(a).equals(PublicKey.parse(b));
        } catch (IllegalArgumentException e) {
            return false; // Said when the peer is looked at.
        }
    }

    private static RawTable added(List<RawTable> peers, Source source) {
        RawTable peer = new RawTable(source);
        peers.add(peer);
        return peer;
    }
}
