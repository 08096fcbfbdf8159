package dev.taltun.host;

import dev.taltun.config.DnsConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The name servers that this machine would ask were there no tunnel: looked up anew each time, for
 * a machine that moves to another network is told others.
 */
final class NameServersOutside {
    /**
     * Where those who answer on this machine itself note whom they ask: systemd-resolved and
     * NetworkManager.
     */
    private static final List<Path> UPSTREAM =
            List.of(
                    Path.of("/run/systemd/resolve/resolv.conf"),
                    Path.of("/run/NetworkManager/no-stub-resolv.conf"));

    private final List<Path> upstream;
    private final Path state;
    private final ResolverFile file;
    private final Set<InetAddress> inside = new HashSet<>();

    /**
     * @param state where engines keep their journals and backups
     * @param inside those of the tunnel, which are not meant
     */
    NameServersOutside(Path state, ResolverFile file, DnsConfig inside) {
        this(state, file, inside, UPSTREAM);
    }

    NameServersOutside(Path state, ResolverFile file, DnsConfig inside, List<Path> upstream) {
        this.upstream = upstream;
        this.state = state;
        this.file = file;
        inside.servers().forEach(server -> this.inside.add(server.toInetAddress()));
    }

    /** Best first; perhaps none. */
    List<InetAddress> find() {
        List<InetAddress> local = new ArrayList<>();
        List<InetAddress> found = new ArrayList<>();
        for (InetAddress server : servers(original())) {
            (server.isLoopbackAddress() ? local : found).add(server);
        }
        // Who answers on this machine asks others by the way of the tunnel: only as a last resort.
        if (!local.isEmpty()) {
            for (Path noted : upstream) {
                servers(read(noted)).stream()
                        .filter(server -> !server.isLoopbackAddress() && !found.contains(server))
                        .forEach(found::add);
            }
        }
        found.addAll(local);
        return List.copyOf(found);
    }

    private String original() {
        try {
            return file.original(StateFolder.under(state));
        } catch (IOException e) {
            return read(file.path());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // Not there: nobody is named.
        }
    }

    private List<InetAddress> servers(String text) {
        List<InetAddress> servers = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+");
            InetAddress server =
                    words.length > 1 && words[0].equals("nameserver")
                            ? Numeric.address(words[1])
                            : null;
            if (server != null && !inside.contains(server)) {
                servers.add(server);
            }
        }
        return servers;
    }
}
