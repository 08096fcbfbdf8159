package dev.taltun.simulation;

import dev.taltun.control.EndpointSpec;
import dev.taltun.control.NameResolver;
import dev.taltun.control.SuiteChoice;
import dev.taltun.io.udp.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A world: nodes, the network between them, time, and what is to happen when. */
final class Simulation {
    static final int PORT = 51820;
    private static final int ROUNDS = 100_000;
    private static final long NAME_LOOKUP = 30 * SimClock.MILLI;

    private record Event(long at, long order, Runnable action) {}

    private final long seed;
    private final Random random;
    private final SimClock clock = new SimClock();
    private final Trace trace = new Trace(clock);
    private final KeyAudit keys = new KeyAudit(clock);
    private final Ledger ledger;
    private final Network network;
    private final List<SimNode> nodes = new ArrayList<>();
    private final Map<String, Endpoint> nameServer = new HashMap<>();
    private boolean outerIpv6;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(
                    (a, b) ->
                            a.at != b.at
                                    ? Long.compare(a.at, b.at)
                                    : Long.compare(a.order, b.order));
    private long order;
    private int identities;
    private Traffic traffic;
    private boolean plainSuites;

    /** Whether every packet that does not arrive is counted by somebody. */
    private boolean accountable = true;

    Simulation(long seed) {
        this.seed = seed;
        random = new Random(seed);
        outerIpv6 = random.nextInt(4) == 0;
        ledger = new Ledger(clock, newRandom(), trace);
        network = new Network(clock, newRandom(), trace, new WireRules());
    }

    long seed() {
        return seed;
    }

    Random random() {
        return random;
    }

    /** A source of its own for one purpose, so that purposes do not disturb each other. */
    Random newRandom() {
        return new Random(random.nextLong());
    }

    SimClock clock() {
        return clock;
    }

    Trace trace() {
        return trace;
    }

    KeyAudit keys() {
        return keys;
    }

    Ledger ledger() {
        return ledger;
    }

    Network network() {
        return network;
    }

    /** The nodes that run. */
    List<SimNode> nodes() {
        return nodes;
    }

    // Nodes.

    Identity identity(String name) {
        byte[] key = new byte[32];
        random.nextBytes(key);
        int number = ++identities;
        return Identity.of(name, number, key, outer(number, PORT), suites());
    }

    private SuiteChoice suites() {
        return switch (plainSuites ? 0 : random.nextInt(4)) {
            case 1 -> SuiteChoice.automatic(false);
            case 2 -> SuiteChoice.automatic(true);
            case 3 -> SuiteChoice.aes();
            default -> SuiteChoice.WIREGUARD;
        };
    }

    /** Whoever is created from now on knows WireGuard's cipher suite only, and says no HELLO. */
    void plainSuites() {
        plainSuites = true;
    }

    /** Addresses of the network outside are IPv4 from now on. */
    void outerIpv4() {
        outerIpv6 = false;
    }

    /** An address of the network outside. */
    Endpoint outer(int host, int port) {
        return outerIpv6
                ? new Endpoint(0x2001_0db8_0000_0000L, host, port, 0, 0, 0)
                : new Endpoint(0, Endpoint.mapped(0xc6330000 | host), port, 0, 0, 0);
    }

    SimNode start(Identity who, Identity.Known... peers) {
        return start(who, SimNode.Options.random(random), peers);
    }

    SimNode start(Identity who, SimNode.Options options, Identity.Known... peers) {
        trace.note(who.name(), "starts at " + who.home());
        SimNode node =
                new SimNode(
                        this, who, options, Stream.of(peers).map(Identity.Known::spec).toList());
        nodes.add(node);
        return node;
    }

    /** Kills a node and starts it again, at home and with nothing but its configuration. */
    SimNode restart(SimNode node, boolean orderly, Identity.Known... peers) {
        trace.note(node.name(), orderly ? "stops" : "is killed");
        accountable = false;
        nodes.remove(node);
        if (orderly) {
            node.stop();
        } else {
            node.crash();
        }
        return start(node.identity(), node.options(), peers);
    }

    // Names.

    void name(String host, Endpoint endpoint) {
        nameServer.put(host, endpoint);
    }

    NameResolver names() {
        return new NameResolver() {
            @Override
            public void resolve(EndpointSpec.Named name, Consumer<Answer> answer) {
                after(NAME_LOOKUP, () -> answer.accept(answerTo(name)));
            }

            @Override
            public void close() {}
        };
    }

    private NameResolver.Answer answerTo(EndpointSpec.Named name) {
        // Whoever asked gets the answer by a command, which its wake-up would tell it of.
        nodes.forEach(SimNode::commands);
        Endpoint known = nameServer.get(name.host());
        return known == null
                ? new NameResolver.Answer(List.of(), "no such name")
                : new NameResolver.Answer(List.of(known), null);
    }

    // Time.

    /** Has something done at a certain time. */
    void at(long time, Runnable action) {
        events.add(new Event(time, order++, action));
    }

    void after(long nanos, Runnable action) {
        at(clock.nanoTime() + nanos, action);
    }

    void runMillis(double millis) {
        run((long) (millis * SimClock.MILLI));
    }

    void runSeconds(double seconds) {
        run((long) (seconds * SimClock.SECOND));
    }

    /** Lets time pass. */
    void run(long nanos) {
        long end = clock.nanoTime() + nanos;
        settle();
        while (true) {
            long next = Math.min(network.nextArrival(), nextEvent());
            for (SimNode node : nodes) {
                next = Math.min(next, node.nextDeadline());
            }
            if (next > end) {
                clock.turnTo(end);
                return;
            }
            clock.turnTo(Math.max(next, clock.nanoTime()));
            while (nextEvent() <= clock.nanoTime()) {
                events.remove().action.run();
            }
            settle();
        }
    }

    /** Runs until something has happened; false if it has not within that time. */
    boolean runUntil(double seconds, java.util.function.BooleanSupplier happened) {
        long end = clock.nanoTime() + (long) (seconds * SimClock.SECOND);
        while (!happened.getAsBoolean()) {
            if (clock.nanoTime() >= end) {
                return false;
            }
            run(Math.min(SimClock.MILLI, end - clock.nanoTime()));
        }
        return true;
    }

    private long nextEvent() {
        return events.isEmpty() ? Long.MAX_VALUE : events.peek().at;
    }

    /** Lets everybody work until nobody has anything to do at this moment. */
    private void settle() {
        boolean busy = true;
        for (int rounds = 0; busy; rounds++) {
            if (rounds == ROUNDS) {
                throw new AssertionError("the nodes never rest");
            }
            busy = network.deliver();
            int first = nodes.isEmpty() ? 0 : random.nextInt(nodes.size());
            for (int i = 0; i < nodes.size(); i++) {
                busy |= nodes.get((first + i) % nodes.size()).step();
            }
        }
    }

    // Ends.

    /** Packets between nodes, as long as it is not stopped. */
    Traffic traffic() {
        if (traffic == null) {
            traffic = new Traffic(this);
        }
        return traffic;
    }

    /**
     * The end of every test: the network is well, nobody sends, handshakes end or are given up;
     * then every pool is full, hardly a key is left, and none is after an orderly stop.
     */
    void finish() {
        if (traffic != null) {
            traffic.stop();
        }
        network.heal();
        runSeconds(100);
        if (accountable) {
            checkAccounts();
        }
        for (SimNode node : nodes) {
            node.checkPools();
            int peers = identities;
            node.check(node.keys().most() <= 2 * 5 * peers, node.keys().most() + " keys at once");
        }
        List<SimNode> running = List.copyOf(nodes);
        nodes.clear();
        for (SimNode node : running) {
            node.stop();
            node.checkPools();
        }
    }

    /** What the network has not lost, the nodes have counted: no packet vanishes. */
    private void checkAccounts() {
        long missing = ledger.neverDelivered();
        long known = network.dataLost();
        for (SimNode node : nodes) {
            known += node.dropped();
        }
        if (missing > known) {
            throw new AssertionError(
                    missing
                            + " packets did not arrive, but only "
                            + known
                            + " were lost or dropped");
        }
    }

    /** From now on packets vanish that nobody counts: in a node that ends, or has no network. */
    void notAccountable() {
        accountable = false;
    }

    /** Everything about this run that a human may want. */
    String story() {
        StringBuilder story = new StringBuilder();
        story.append(trace).append("\n--- network: ").append(network.statistics());
        story.append("\n--- missing ").append(ledger.missingText());
        for (SimNode node : nodes) {
            story.append("\n--- ").append(node).append(':').append(node.countersText());
        }
        return story.append("\n--- seed ").append(seed).toString();
    }
}
