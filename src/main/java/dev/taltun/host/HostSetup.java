package dev.taltun.host;

import dev.taltun.config.InterfaceConfig;
import dev.taltun.config.TaltunConfig;
import dev.taltun.io.dns.DnsClient;
import dev.taltun.io.netlink.LinuxNetlink;
import dev.taltun.io.netlink.Netlink;
import dev.taltun.routing.IpPrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The machine round the tunnel: {@link #sweep} undoes what killed engines left, {@link #apply}
 * changes it for this one, {@link #close} changes it back. Any thread; a close during apply waits
 * for it and wins.
 */
public final class HostSetup implements AutoCloseable {
    private static final Path STATE = Path.of("/run/taltun");
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final Path HOSTS = Path.of("/etc/hosts");

    private final InterfaceConfig iface;
    private final Consumer<String> warning;
    private final Optional<Gateway> gateway;
    private final boolean forwarding;
    private final FullTunnel tunnel;
    private Journal journal;
    private boolean closed;

    /** Takes a tunnel's datagrams' mark to the sockets that send them. */
    @FunctionalInterface
    public interface Marker {
        /**
         * @param mark unsigned, not 0
         * @throws IOException with one line for the user
         */
        void mark(int mark) throws IOException;
    }

    /**
     * @param warning gets one line for whatever went wrong without keeping the engine from running
     */
    public HostSetup(TaltunConfig config, Consumer<String> warning) {
        this.iface = config.iface();
        this.warning = warning;
        this.gateway = config.gateway().map(it -> new Gateway(it, iface));
        this.forwarding = config.gateway().isPresent() && config.gateway().get().forward();
        this.tunnel = new FullTunnel(iface);
    }

    /** Whether a route is added by {@link #apply}, and not with the interface's others. */
    public static boolean isOwnRoute(IpPrefix route) {
        return FullTunnel.isDefault(route);
    }

    /** Whether all that has no other way leaves through the tunnel. */
    public boolean isFullTunnel() {
        return tunnel.isWanted();
    }

    /** Addresses of names by the way that the tunnel's own datagrams take. */
    public OutsideNames outsideNames() {
        return new OutsideNames(
                new NameServersOutside(STATE, new ResolverFile(RESOLV_CONF), iface.dns()),
                HOSTS,
                new DnsClient(tunnel.mark()));
    }

    /** Undoes what killed engines left in this network namespace. Says what it cannot undo. */
    public void sweep() {
        try (Netlink netlink = LinuxNetlink.open()) {
            StateFolder state = StateFolder.under(STATE);
            try (StateFolder.Turn turn = state.turn()) {
                assert turn != null;
                Journal.sweep(state, warning);
                FullTunnel.sweep(netlink);
                new ResolverFile(RESOLV_CONF).recover(state, "");
            }
        } catch (IOException e) {
            warning.accept("cannot clear up after an engine that was killed: " + e.getMessage());
        }
    }

    /**
     * Changes the machine, or leaves it as it was when anything fails. The interface must be up.
     *
     * @param marker is called before the first packet can take the default route
     * @throws IOException with one line for the user
     * @throws IllegalArgumentException with one line for the user, when the configuration names
     *     what is not there
     */
    public synchronized void apply(Marker marker) throws IOException {
        boolean names = !iface.dns().servers().isEmpty();
        if (closed || (gateway.isEmpty() && !tunnel.isWanted() && !names)) {
            return;
        }
        StateFolder state = StateFolder.under(STATE);
        createQuietly(state);
        try (Netlink netlink = LinuxNetlink.open();
                StateFolder.Turn turn = state.turn()) {
            assert turn != null;
            journal = new Journal(state, iface.tunName(), warning);
            try {
                change(netlink, marker);
                if (names) {
                    new NameServers(iface.dns(), new ResolverFile(RESOLV_CONF)).set(journal);
                }
            } catch (IOException | RuntimeException e) {
                journal.undoAll();
                journal = null;
                throw e;
            }
        }
    }

    /** Where there can be no folder, the journal says so at the first note. */
    private static void createQuietly(StateFolder state) {
        try {
            state.create();
        } catch (IOException e) {
            assert e != null;
        }
    }

    /** The rules of the tunnel last, since they turn the packets round. */
    private void change(Netlink netlink, Marker marker) throws IOException {
        Firewall firewall = new Firewall(iface.tunName());
        if (gateway.isPresent()) {
            gateway.get().check(netlink);
            gateway.get().addTo(firewall);
            gateway.get().forward(journal);
        }
        if (tunnel.isWanted()) {
            marker.mark(tunnel.mark());
            tunnel.letAnswersIn(firewall, forwarding, journal, warning);
        }
        if (!firewall.isEmpty()) {
            firewall.load(journal);
        }
        if (gateway.isPresent()) {
            gateway.get().warnOfOthers(warning);
        }
        if (tunnel.isWanted()) {
            tunnel.route(netlink, journal);
        }
    }

    /**
     * Changes what routes into the tunnel need that were not there at {@link #apply}: the first of
     * IPv6 is forwarded by a gateway, too.
     *
     * @param routes those of now
     * @throws IOException with one line for the user
     */
    public synchronized void routesChanged(List<IpPrefix> routes) throws IOException {
        if (journal == null || gateway.isEmpty()) {
            return;
        }
        try (StateFolder.Turn turn = journal.state().turn()) {
            assert turn != null;
            gateway.get().forwardMore(journal, routes.stream());
        }
    }

    /** Changes the machine back. The second call does nothing. */
    @Override
    public synchronized void close() {
        closed = true;
        if (journal == null) {
            return;
        }
        try (StateFolder.Turn turn = journal.state().turn()) {
            assert turn != null;
            journal.undoAll();
        }
        journal = null;
    }
}
