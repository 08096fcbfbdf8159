package dev.taltun.engine;

import dev.taltun.agent.Agent;
import dev.taltun.agent.AgentRunner;
import dev.taltun.agent.Quiescence;
import dev.taltun.config.LoadedConfig;
import dev.taltun.config.TaltunConfig;
import dev.taltun.host.HostSetup;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A running node: interface, sockets, threads. Started by {@link #start}, ended by {@link #close}.
 *
 * <p>Close order is the reverse of start: threads end first, then the machine round the tunnel is
 * put back as it was, then keys are wiped, then descriptors are closed (and with the TUN device the
 * interface, its addresses and routes go), then memory.
 */
public final class Engine implements AutoCloseable {
    /** What packet threads together, or the control agent, get to end in: they need a few. */
    private static final long JOIN_MILLIS = 350;

    private static final long NEWS_SECONDS = 1;
    private static final int MANY_PEERS = 1000;

    private final EngineLog log;
    private final Counters counters;
    private final HostSetup host;
    private final Deque<AutoCloseable> resources;
    private final List<AgentRunner> runners = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<String> failure = new AtomicReference<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private Reloader reloader;
    private volatile ControlEndpoint control;

    private WarmUp warmUp;
    private OffloadNews offloadNews;
    private NetworkWatch watch;

    private Engine(
            EngineLog log, Counters counters, HostSetup host, Deque<AutoCloseable> resources) {
        this.log = log;
        this.counters = counters;
        this.host = host;
        this.resources = resources;
    }

    /**
     * Starts a node.
     *
     * @param config stays the caller's; its keys are copied or used until {@link #close}
     * @throws IOException with one line for the user, when something of this machine is missing or
     *     refused; nothing is left behind then
     * @throws IllegalArgumentException with one line for the user, when the configuration asks for
     *     what this machine does not have
     */
    public static Engine start(TaltunConfig config, EngineLog log) throws IOException {
        return start(config, Management.CONFIGURATION, Inherited.NOTHING, log, host -> {});
    }

    /**
     * Starts a node that may be configured by others; see {@link #start(TaltunConfig, EngineLog)}.
     * When it returns the control socket is listened on, if there must be one.
     *
     * @param inherited the engine's from now on
     * @param onStarting is given, before anything else, what undoes the changes to the machine when
     *     it is closed, by any thread; what else there is the kernel takes back from a process that
     *     ends
     */
    public static Engine start(
            TaltunConfig config,
            Management management,
            Inherited inherited,
            EngineLog log,
            Consumer<AutoCloseable> onStarting)
            throws IOException {
        Deque<AutoCloseable> resources = new ArrayDeque<>();
        Counters counters = new Counters();
        HostSetup host = new HostSetup(config, log::warn);
        onStarting.accept(host);
        Engine engine = new Engine(log, counters, host, resources);
        try {
            Assembly assembly =
                    new Assembly(config, management, inherited, log, counters, host, resources);
            assembly.build();
            if (config.peers().size() >= MANY_PEERS) {
                // What a long file was read with is several times what is left of it.
                System.gc();
            }
            engine.reloader = assembly.reloader();
            engine.run(assembly);
            engine.watch = assembly.watch();
            assembly.announce();
            engine.serveControl(assembly, management, inherited);
            if (config.iface().warmUp()) {
                engine.warmUp = assembly.warmUp();
                engine.warmUp.start();
            }
            return engine;
        } catch (IOException | RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private void run(Assembly assembly) {
        Quiescence quiescence = assembly.quiescence();
        for (Assembly.Threaded threaded : assembly.agents()) {
            Agent agent = threaded.agent();
            runners.add(
                    new AgentRunner(
                            agent,
                            quiescence.newSlot(),
                            threaded.onThreadStart(),
                            problem -> failed(agent, problem)));
        }
        offloadNews = assembly.offloadNews();
        runners.forEach(AgentRunner::start);
    }

    /**
     * Opens the control socket, after everything else: traffic does not wait for it, and goes on
     * without it when there is none to be had.
     */
    private void serveControl(Assembly assembly, Management management, Inherited inherited)
            throws IOException {
        boolean required = management == Management.CONTROL_SOCKET;
        try {
            control =
                    ControlEndpoint.open(
                            assembly.interfaceName(),
                            inherited,
                            assembly.device(),
                            required ? ended::countDown : () -> {},
                            log);
            if (closing.get()) {
                control.close();
            }
        } catch (IOException e) {
            if (required) {
                throw e;
            }
            log.warn(e.getMessage() + "; going on without wg(8) and taltun status");
        }
    }

    private void failed(Agent agent, Throwable problem) {
        if (closing.get()) {
            return;
        }
        String text = problem.getMessage() == null ? problem.toString() : problem.getMessage();
        failure.compareAndSet(null, agent.roleName() + ": " + text);
        if (problem instanceof Error || problem instanceof NullPointerException) {
            StringBuilder trace = new StringBuilder(problem.toString());
            for (StackTraceElement frame : problem.getStackTrace()) {
                trace.append(" < ").append(frame);
            }
            log.debug(trace.toString());
        }
        ended.countDown();
    }

    /**
     * Changes peers and routes to what a configuration that was read again says; sessions of peers
     * that did not change go on. Not from a packet thread; waits for what it does.
     *
     * @param loaded its keys are taken over
     * @throws IllegalArgumentException with one line for the user, when nothing was changed
     */
    public void reload(LoadedConfig loaded) throws InterruptedException {
        reloader.reload(loaded);
    }

    /**
     * Waits until the engine is closed or has failed, and tells what the user ought to know of
     * meanwhile; returns why it failed, or null. One thread.
     */
    public String awaitEnd() throws InterruptedException {
        while (!ended.await(NEWS_SECONDS, TimeUnit.SECONDS)) {
            offloadNews.look();
        }
        return failure.get();
    }

    /** Sum of a counter over all threads. Any thread. */
    public long count(Counter counter) {
        return counters.sum(counter);
    }

    /** Ends everything, within a second. Any thread; the second call does nothing. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        if (control != null) {
            control.close();
        }
        if (watch != null) {
            watch.close();
        }
        endWarmUp();
        // The control agent is the last: it wipes the sessions, which the others may be using.
        int packetThreads = Math.max(0, runners.size() - 1);
        boolean allEnded =
                stop(runners.subList(0, packetThreads))
                        && stop(runners.subList(packetThreads, runners.size()));
        host.close();
        for (Counter counter : Counter.values()) {
            long sum = counters.sum(counter);
            if (sum != 0) {
                log.debug(counter + " " + sum);
            }
        }
        // A thread that is still running may touch memory and keys: the process ends anyway, and
        // the kernel takes back descriptors and memory then.
        while (allEnded && !resources.isEmpty()) {
            closeQuietly(resources.pop());
        }
        ended.countDown();
    }

    private void endWarmUp() {
        try {
            if (warmUp != null) {
                warmUp.end();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean stop(List<AgentRunner> runners) {
        runners.forEach(AgentRunner::stop);
        boolean allEnded = true;
        try {
            for (AgentRunner runner : runners) {
                // At least one: to wait for 0 ms means to wait for ever.
                allEnded &= runner.join(Math.max(1, JOIN_MILLIS / runners.size()));
            }
        } catch (InterruptedException e) {
            allEnded = false;
            Thread.currentThread().interrupt();
        }
        return allEnded;
    }

    private void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            log.debug("closing " + resource.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }
}
