package dev.taltun.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The engine's own table of nftables, loaded at once by nft(8). Text is built here, so names go
 * into it only quoted, and every name was checked before.
 */
final class Firewall {
    static final String PREFIX = "taltun_";
    private static final String PROGRAM = "nft";
    private static final String FAMILY = "inet ";

    private final String tunName;
    private final StringBuilder chains = new StringBuilder();

    /** A table without chains. */
    Firewall(String tunName) {
        this.tunName = tunName;
    }

    /** Whether this machine has the program. */
    static boolean available() {
        return Programs.find(PROGRAM).isPresent();
    }

    /** Packets from the tunnel hide behind the addresses of the interfaces they leave through. */
    Firewall masquerade(List<String> interfaces) {
        String names =
                interfaces.stream()
                        .map(Firewall::quoted)
                        .collect(Collectors.joining(", ", "{ ", " }"));
        return chain(
                "postrouting",
                "type nat hook postrouting priority srcnat; policy accept;",
                "iifname " + quoted(tunName) + " oifname " + names + " masquerade");
    }

    /** TCP connections in both directions learn the segment size that fits both routes. */
    Firewall clampSegments() {
        String clamp = " tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu";
        return chain(
                "clamp",
                "type filter hook forward priority mangle; policy accept;",
                "iifname " + quoted(tunName) + clamp,
                "oifname " + quoted(tunName) + clamp);
    }

    /**
     * Answers to the engine's own datagrams get the mark of the datagrams, so that a strict check
     * of the reverse path looks where they went and not into the tunnel.
     */
    Firewall markAnswers(int mark) {
        String number = "0x" + Integer.toHexString(mark);
        return chain(
                        "sent",
                        "type filter hook postrouting priority mangle; policy accept;",
                        "meta l4proto udp meta mark " + number + " ct mark set meta mark")
                .chain(
                        "received",
                        "type filter hook prerouting priority mangle; policy accept;",
                        "meta l4proto udp ct mark " + number + " meta mark set ct mark");
    }

    /**
     * Nobody on the local networks may send to the addresses inside the tunnel: that would tell
     * them which connections run through it (CVE-2019-14899).
     */
    Firewall guard(List<String> addresses) {
        String[] rules =
                addresses.stream()
                        .map(
                                address ->
                                        "iifname != "
                                                + quoted(tunName)
                                                + (address.contains(":") ? " ip6" : " ip")
                                                + " daddr "
                                                + address
                                                + " fib saddr type != local drop")
                        .toArray(String[]::new);
        return chain("guard", "type filter hook prerouting priority raw; policy accept;", rules);
    }

    private Firewall chain(String name, String type, String... rules) {
        chains.append("\tchain ").append(name).append(" {\n\t\t").append(type).append('\n');
        for (String rule : rules) {
            chains.append("\t\t").append(rule).append('\n');
        }
        chains.append("\t}\n");
        return this;
    }

    boolean isEmpty() {
        return chains.isEmpty();
    }

    /**
     * The table's name. An interface's may hold any character, a table's may not: such a byte
     * becomes its two digits.
     */
    String table() {
        StringBuilder name = new StringBuilder(PREFIX);
        for (byte b : tunName.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || c == '_');
            name.append(plain ? String.valueOf(c) : "_%02x".formatted((int) c));
        }
        return name.toString();
    }

    /** What nft(8) is given: the table is replaced as a whole or stays as it is. */
    String script() {
        return empty(table()) + "table " + FAMILY + table() + " {\n" + chains + "}\n";
    }

    /** Loads the table. */
    void load(Journal journal) throws IOException {
        Path program = program("masquerade and mss_clamp need it");
        journal.note(new FirewallChange(table()));
        Programs.Outcome outcome = Programs.run(program, List.of("-f", "-"), script());
        if (outcome.exit() != 0) {
            throw new IOException(
                    "nft refuses the table "
                            + table()
                            + ": "
                            + outcome.firstLine()
                            + "; run as root, with a kernel that has nf_tables, or leave"
                            + " masquerade and mss_clamp out");
        }
    }

    private static Path program(String who) throws IOException {
        return Programs.find(PROGRAM)
                .orElseThrow(
                        () ->
                                new IOException(
                                        "the program nft is missing, and "
                                                + who
                                                + "; install nftables"));
    }

    /** Makes an empty table whether there is one or not. */
    private static String empty(String table) {
        return "add table %1$s%2$s\ndelete table %1$s%2$s\n".formatted(FAMILY, table);
    }

    /** Removes a table, if it is there. */
    static void remove(String table) throws IOException {
        Path program = program("the table " + table + " is to be removed");
        Programs.Outcome outcome = Programs.run(program, List.of("-f", "-"), empty(table));
        if (outcome.exit() != 0) {
            throw new IOException("nft: " + outcome.firstLine());
        }
    }

    /**
     * A chain of somebody else's through which nothing is forwarded that it does not name: its
     * table and name. Accepting a packet in one chain does not save it from another.
     */
    static Optional<String> dropsForwarded() throws IOException {
        Optional<Path> program = Programs.find(PROGRAM);
        if (program.isEmpty()) {
            return Optional.empty();
        }
        String table = "";
        String chain = "";
        for (String line :
                Programs.run(program.get(), List.of("list", "chains"), "").output().split("\n")) {
            String text = line.strip();
            if (text.startsWith("table ")) {
                table = text.substring("table ".length()).replace(" {", "");
            } else if (text.startsWith("chain ")) {
                chain = text.substring("chain ".length()).replace(" {", "");
            } else if (text.contains("hook forward") && text.contains("policy drop")) {
                return Optional.of(table + " " + chain);
            }
        }
        return Optional.empty();
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }
}
