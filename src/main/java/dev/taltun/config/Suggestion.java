package dev.taltun.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class Suggestion {
    /** What the same thing is called in wg-quick(8) files and by other programs. */
    private static final Map<String, String> OTHER_NAMES =
            Map.ofEntries(
                    Map.entry("address", "vip"),
                    Map.entry("addresses", "vip"),
                    Map.entry("ip", "vip"),
                    Map.entry("vips", "vip"),
                    Map.entry("listenport", "local_addr"),
                    Map.entry("listen", "local_addr"),
                    Map.entry("port", "local_addr"),
                    Map.entry("persistentkeepalive", "keepalive"),
                    Map.entry("heartbeat", "keepalive"),
                    Map.entry("psk", "preshared_key"),
                    Map.entry("secretkey", "private_key"),
                    Map.entry("secret", "private_key"),
                    Map.entry("keyfile", "private_key_file"),
                    Map.entry("key", "public_key"),
                    Map.entry("pubkey", "public_key"),
                    Map.entry("remote", "endpoint"),
                    Map.entry("subnets", "allowed_ips"),
                    Map.entry("networks", "allowed_ips"),
                    Map.entry("interfacename", "tun_name"),
                    Map.entry("device", "tun_name"),
                    Map.entry("tun", "tun_name"),
                    Map.entry("relayto", "relay_with"),
                    Map.entry("relaypeers", "relay_with"),
                    Map.entry("hairpin", "relay"),
                    Map.entry("mark", "fwmark"),
                    Map.entry("nameserver", "dns"),
                    Map.entry("nameservers", "dns"),
                    Map.entry("searchdomains", "dns_search"),
                    Map.entry("nat", "masquerade"),
                    Map.entry("snat", "masquerade"),
                    Map.entry("mss", "mss_clamp"),
                    Map.entry("ipforward", "forward"),
                    Map.entry("router", "gateway"),
                    Map.entry("threads", "workers"),
                    Map.entry("verbose", "debug"));

    /** From this length on the beginning of a word is enough to mean it. */
    private static final int BEGINNING = 3;

    private Suggestion() {}

    /** The known word nearest to {@code text}, if one is near enough to be meant. */
    public static Optional<String> closest(String text, Collection<String> known) {
        if (text.length() > 40) {
            return Optional.empty();
        }
        String wanted = bare(text);
        String other = OTHER_NAMES.get(wanted);
        if (other != null && known.contains(other)) {
            return Optional.of(other);
        }
        String best = null;
        int bestDistance = Math.max(1, wanted.length() / 3) + 1;
        for (String candidate : known) {
            int distance = distance(wanted, bare(candidate));
            if (wanted.length() >= BEGINNING && bare(candidate).startsWith(wanted)) {
                distance = Math.min(distance, 1);
            }
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** {@code did you mean "x"?}, or the list of what there is. */
    public static String remedy(String text, Collection<String> known) {
        return closest(text, known)
                .map(word -> "did you mean \"" + word + "\"?")
                .orElseGet(() -> "known are: " + String.join(", ", known));
    }

    private static String bare(String text) {
        return text.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /** Damerau-Levenshtein distance with adjacent transpositions. */
    static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        Arrays.setAll(last, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}
