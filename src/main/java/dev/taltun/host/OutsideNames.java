package dev.taltun.host;

import dev.taltun.io.dns.DnsClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Addresses of names while all that has no other way goes into a tunnel. The machine's resolver
 * would send its questions there too, and is perhaps told to ask a server that is in there: the end
 * of a tunnel that is down could never be found. So the name servers of before are asked, by
 * datagrams that carry the tunnel's mark and go the way of its own.
 *
 * <p>Any thread; waits.
 */
public final class OutsideNames {
    private final NameServersOutside servers;
    private final Path hosts;
    private final DnsClient client;

    OutsideNames(NameServersOutside servers, Path hosts, DnsClient client) {
        this.servers = servers;
        this.hosts = hosts;
        this.client = client;
    }

    /**
     * All addresses of a host: by the hosts file, else by the name servers outside. The machine's
     * resolver, which may know of other places to ask at, is the last resort only: it waits long
     * while the tunnel is down.
     *
     * @throws UnknownHostException when there are none, or nobody answers
     */
    public InetAddress[] addresses(String host) throws UnknownHostException {
        List<InetAddress> found = byFile(host);
        List<InetAddress> outside = found.isEmpty() ? servers.find() : List.of();
        if (!outside.isEmpty()) {
            try {
                found = client.addresses(host, outside);
            } catch (UnknownHostException e) {
                throw e;
            } catch (IOException e) {
                UnknownHostException unknown = new UnknownHostException(host);
                unknown.initCause(e);
                throw unknown;
            }
        }
        return found.isEmpty() ? InetAddress.getAllByName(host) : found.toArray(InetAddress[]::new);
    }

    private List<InetAddress> byFile(String host) {
        List<InetAddress> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(hosts, StandardCharsets.ISO_8859_1)) {
                String[] words = line.replaceFirst("#.*", "").strip().split("\\s+");
                for (int i = 1; i < words.length; i++) {
                    InetAddress address =
                            words[i].equalsIgnoreCase(host) ? Numeric.address(words[0]) : null;
                    if (address != null) {
                        found.add(address);
                    }
                }
            }
        } catch (IOException e) {
            assert e != null; // No such file: nothing is said there.
        }
        return found;
    }
}
