package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Resolves names by the machine's resolver or one in its place, which may block for half a minute,
 * on threads of its own: none before the first name, few at any time, none again a while after the
 * last.
 *
 * <p>Numeric endpoints never come here. Any thread.
 */
public final class EndpointResolver implements NameResolver {
    /** So that one name whose servers are dead does not hold up the others. */
    private static final int THREADS = 4;

    private static final int IDLE_SECONDS = 10;

    private final boolean ipv6;
    private final Lookup lookup;
    private final ThreadPoolExecutor threads;

    /** The machine's resolver, or one that stands in for it. */
    @FunctionalInterface
    public interface Lookup {
        /** All addresses of a host, best first. Any thread; may block for half a minute. */
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /**
     * @param ipv6 whether our socket can send to IPv6 addresses
     */
    public EndpointResolver(boolean ipv6) {
        this(ipv6, InetAddress::getAllByName);
    }

    /**
     * @param ipv6 whether our socket can send to IPv6 addresses
     * @param lookup who is asked
     */
    public EndpointResolver(boolean ipv6, Lookup lookup) {
        this.ipv6 = ipv6;
        this.lookup = lookup;
        ThreadFactory daemons =
                work -> {
                    Thread thread = new Thread(work, "taltun-names");
                    thread.setDaemon(true);
                    return thread;
                };
        threads =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        daemons,
                        new ThreadPoolExecutor.DiscardPolicy());
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void resolve(EndpointSpec.Named name, Consumer<Answer> answer) {
        threads.execute(() -> answer.accept(ask(name)));
    }

    private Answer ask(EndpointSpec.Named name) {
        try {
            List<Endpoint> endpoints = new ArrayList<>();
            for (InetAddress address : lookup.addresses(name.host())) {
                if (ipv6 || address instanceof Inet4Address) {
                    endpoints.add(Endpoint.of(new InetSocketAddress(address, name.port())));
                }
            }
            return endpoints.isEmpty()
                    ? new Answer(List.of(), "it has IPv6 addresses only, and we listen on IPv4")
                    : new Answer(List.copyOf(endpoints), null);
        } catch (UnknownHostException e) {
            return new Answer(List.of(), "no address found; check the name and the DNS servers");
        } catch (RuntimeException e) {
            // A name that the resolver cannot even ask for, such as one label of 64 letters.
            return new Answer(List.of(), "not a name that can be asked for");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
