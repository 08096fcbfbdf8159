package dev.taltun.host;

import dev.taltun.config.DnsConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the machine ask the configured name servers: by systemd-resolved where that answers its
 * questions, else by the file that the C library reads.
 */
final class NameServers {
    private static final Path RESOLVED = Path.of("/run/systemd/resolve");
    private static final String RESOLVED_STUB = "nameserver 127.0.0.53";

    private final DnsConfig config;
    private final ResolverFile file;

    NameServers(DnsConfig config, ResolverFile file) {
        this.config = config;
        this.file = file;
    }

    /**
     * @throws IOException with one line for the user
     */
    void set(Journal journal) throws IOException {
        Optional<Path> resolvectl = Programs.find("resolvectl");
        if (resolvectl.isPresent() && isResolvedAsked()) {
            byLink(resolvectl.get(), journal.tunName());
        } else {
            file.replace(journal, config);
        }
    }

    private boolean isResolvedAsked() throws IOException {
        if (!Files.exists(file.path())) {
            return false;
        }
        if (file.path().toRealPath().startsWith(RESOLVED)) {
            return true;
        }
        return Files.readAllLines(file.path(), StandardCharsets.ISO_8859_1).stream()
                .anyMatch(line -> line.strip().equals(RESOLVED_STUB));
    }

    /** Nothing to undo: what is set for an interface goes with it, whatever way that ends. */
    private void byLink(Path resolvectl, String tunName) throws IOException {
        List<String> servers = new ArrayList<>(List.of("dns", tunName));
        config.servers().forEach(server -> servers.add(server.toString()));
        List<String> domains = new ArrayList<>(List.of("domain", tunName));
        domains.addAll(config.search());
        domains.add("~."); // every name is asked there
        for (List<String> arguments : List.of(servers, domains)) {
            Programs.Outcome outcome = Programs.run(resolvectl, arguments, "");
            if (outcome.exit() != 0) {
                throw new IOException(
                        "resolvectl "
                                + String.join(" ", arguments)
                                + ": "
                                + outcome.firstLine()
                                + "; see that systemd-resolved runs, or leave dns out");
            }
        }
    }
}
