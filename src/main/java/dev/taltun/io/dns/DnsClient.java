package dev.taltun.io.dns;

import dev.taltun.io.udp.ConnectedUdp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks name servers over sockets with a mark, so that policy routing can send the questions another
 * way than everybody else's. Waits; any thread.
 */
public final class DnsClient {
    private static final int PORT = 53;

    /** More servers than these are not asked, as by the C library (resolv.conf(5)). */
    private static final int SERVERS_MAX = 3;

    private static final int ROUNDS = 2;
    private static final int PATIENCE_MILLIS = 2000;

    /** What else a server may say meanwhile, such as late answers. */
    private static final int STRAY_MAX = 8;

    private final SecureRandom random = new SecureRandom();
    private final int mark;

    /**
     * @param mark of the questions, unsigned; 0 for none
     */
    public DnsClient(int mark) {
        this.mark = mark;
    }

    /**
     * All addresses of a name, IPv4 ones first; of the first server that knows. At most 24 s.
     *
     * @return empty when a server says that there are none
     * @throws IOException when no server answers
     */
    public List<InetAddress> addresses(String host, List<InetAddress> servers) throws IOException {
        IOException last = new UnknownHostException(host);
        for (int round = 0; round < ROUNDS; round++) {
            for (InetAddress server : servers.subList(0, Math.min(SERVERS_MAX, servers.size()))) {
                try {
                    return ask(host, new InetSocketAddress(server, PORT));
                } catch (IOException e) {
                    last = e;
                }
            }
        }
        throw last;
    }

    private List<InetAddress> ask(String host, InetSocketAddress server) throws IOException {
        List<InetAddress> found = new ArrayList<>(ask(host, server, DnsMessage.TYPE_A));
        try {
            found.addAll(ask(host, server, DnsMessage.TYPE_AAAA));
        } catch (IOException e) {
            // There are servers that stay silent about IPv6.
            if (found.isEmpty()) {
                throw e;
            }
        }
        return found;
    }

    private List<InetAddress> ask(String host, InetSocketAddress server, int type)
            throws IOException {
        DnsMessage question = DnsMessage.question(random.nextInt(), host, type);
        byte[] answer = new byte[DnsMessage.MAX_BYTES];
        // A port of its own for each question, for forgers to guess along with its number.
        try (ConnectedUdp socket = ConnectedUdp.open(server, mark)) {
            socket.send(question.bytes());
            for (int i = 0; i < STRAY_MAX; i++) {
                int length = socket.receive(answer, PATIENCE_MILLIS);
                if (length < 0) {
                    break;
                }
                DnsMessage.Answer read = question.read(answer, length);
                switch (read.verdict()) {
                    case FOUND, NONE -> {
                        return read.addresses();
                    }
                    case REFUSED -> throw new IOException(server + " does not answer for " + host);
                    case FOREIGN -> {
                        continue;
                    }
                }
            }
        }
        throw new IOException(server + " is silent");
    }
}
