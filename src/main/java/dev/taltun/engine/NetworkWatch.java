package dev.taltun.engine;

import dev.taltun.agent.Agent;
import dev.taltun.agent.AgentRunner;
import dev.taltun.agent.Quiescence;
import dev.taltun.io.Poller;
import dev.taltun.io.netlink.Link;
import dev.taltun.io.netlink.LinkAddress;
import dev.taltun.io.netlink.LinuxNetworkMonitor;
import dev.taltun.io.netlink.NetworkListener;
import dev.taltun.io.netlink.NetworkMonitor;
import dev.taltun.io.netlink.Route;
import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Has the engine follow what ip(8) and others change in the machine while it runs: a thread that
 * sleeps until the kernel tells of a change, and then has somebody look, at most ten times a
 * second.
 *
 * <p>Owns the monitor and the poller. Started and closed by the engine.
 */
final class NetworkWatch implements Agent, NetworkListener, AutoCloseable {
    private static final long JOIN_MILLIS = 250;
    private static final long PAUSE_NANOS = 100_000_000;

    private final Runnable onLinks;
    private final Runnable onRoutes;
    private final NetworkMonitor monitor;
    private final Poller poller;
    private final AgentRunner runner;

    /** What changed; at first all has. */
    private boolean links = true;

    private boolean routes = true;
    private boolean busy;

    private NetworkWatch(Runnable onLinks, Runnable onRoutes, NetworkMonitor monitor, EngineLog log)
            throws IOException {
        this.onLinks = onLinks;
        this.onRoutes = onRoutes;
        this.monitor = monitor;
        poller = new Poller(Arena.ofAuto(), monitor.fd());
        // It never holds a session, so nobody has to wait for it: it has a quiescence of its own.
        runner =
                new AgentRunner(
                        this,
                        new Quiescence(1).newSlot(),
                        () -> {},
                        problem -> log.warn("changes of the network go unnoticed: " + problem));
    }

    /**
     * Begins.
     *
     * @param onLinks looks at interfaces; on a thread of its own, first of all at once
     * @param onRoutes looks at routes, as that
     * @throws IOException with one line for the user, when the kernel refuses to tell
     */
    @SuppressWarnings("MustBeClosedChecker") // closed with what is returned
    static NetworkWatch start(Runnable onLinks, Runnable onRoutes, EngineLog log)
            throws IOException {
        NetworkMonitor monitor = LinuxNetworkMonitor.open();
        try {
            NetworkWatch watch = new NetworkWatch(onLinks, onRoutes, monitor, log);
            watch.runner.start();
            return watch;
        } catch (IOException | RuntimeException e) {
            monitor.close();
            throw e;
        }
    }

    @Override
    public String roleName() {
        return "taltun-watch";
    }

    @Override
    public int doWork() {
        monitor.take(this);
        if (!links && !routes) {
            return 0;
        }
        boolean look = links;
        links = false;
        if (look) {
            onLinks.run();
        }
        look = routes;
        routes = false;
        if (look) {
            onRoutes.run();
        }
        busy = true;
        return 0;
    }

    @Override
    public void awaitWork(long maxNanos) {
        if (busy) {
            busy = false;
            poller.awaitWakeUp(Math.min(maxNanos, PAUSE_NANOS));
        } else {
            poller.awaitReadable(maxNanos);
        }
    }

    @Override
    public void wakeUp() {
        poller.wakeUp();
    }

    // What the kernel tells.

    @Override
    public void onLink(Link link, boolean gone) {
        links = true;
    }

    @Override
    public void onAddress(LinkAddress address, boolean gone) {
        routes = true;
    }

    @Override
    public void onRoute(Route route, boolean gone) {
        routes = true;
    }

    @Override
    public void onLost() {
        links = true;
        routes = true;
    }

    @Override
    public void close() {
        runner.stop();
        try {
            if (runner.join(JOIN_MILLIS)) {
                poller.close();
                monitor.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
