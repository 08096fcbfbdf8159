package dev.taltun.host;

import dev.taltun.config.DnsConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a resolv.conf of an engine's says: a headline that names the engine, its name servers, and
 * in comments the backup of what was there before. The backups under /run go with the machine's
 * power or with the network namespace; this one is wherever the file is.
 *
 * <p>Text of single bytes, as the files are read and written: whatever is in them stays.
 */
final class ResolverText {
    private static final String HEAD = "# By Taltun for ";
    private static final String TAIL = ", which puts back what was here when it ends.";
    private static final Pattern HEADLINE =
            Pattern.compile(Pattern.quote(HEAD) + "([^/\n]+)" + Pattern.quote(TAIL));

    /** Before every line of the backup. */
    private static final String KEPT = "#taltun ";

    private ResolverText() {}

    static String headline(String tunName) {
        byte[] name = tunName.getBytes(StandardCharsets.UTF_8);
        return HEAD + new String(name, StandardCharsets.ISO_8859_1) + TAIL;
    }

    static String of(String tunName, DnsConfig config, String backup) {
        StringBuilder text = new StringBuilder(headline(tunName)).append('\n');
        config.servers().forEach(server -> text.append("nameserver ").append(server).append('\n'));
        if (!config.search().isEmpty()) {
            text.append("search ").append(String.join(" ", config.search())).append('\n');
        }
        backup.lines()
                .filter(line -> line.startsWith("options "))
                .forEach(line -> text.append(line).append('\n'));
        for (String line : backup.split("\n", -1)) {
            text.append(KEPT).append(line).append('\n');
        }
        return text.toString();
    }

    /** The interface whose engine wrote it; empty when none did. */
    static Optional<String> writer(String text) {
        Matcher ours = HEADLINE.matcher(text);
        if (!ours.lookingAt()) {
            return Optional.empty();
        }
        byte[] name = ours.group(1).getBytes(StandardCharsets.ISO_8859_1);
        return Optional.of(new String(name, StandardCharsets.UTF_8));
    }

    /** Whether it is what a write that was cut off has left of that engine's. */
    static boolean isBeginning(String text, String tunName) {
        return headline(tunName).startsWith(text);
    }

    /** The backup in the comments; empty when none is there. A line that was cut off is not. */
    static Optional<String> kept(String text) {
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        List<String> lines =
                Stream.of(whole.split("\n"))
                        .filter(line -> (line + " ").startsWith(KEPT))
                        .map(line -> line.substring(Math.min(line.length(), KEPT.length())))
                        .toList();
        return lines.size() < 2 ? Optional.empty() : Optional.of(String.join("\n", lines));
    }
}
