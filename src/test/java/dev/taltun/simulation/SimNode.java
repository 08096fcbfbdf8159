package dev.taltun.simulation;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Quiescence;
import dev.taltun.agent.Wakeup;
import dev.taltun.control.BatchOutlet;
import dev.taltun.control.ControlAgent;
import dev.taltun.control.ControlCommands;
import dev.taltun.control.PathSettings;
import dev.taltun.control.PathStatus;
import dev.taltun.control.PeerSpec;
import dev.taltun.control.PeerStatus;
import dev.taltun.control.Sleeper;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.Offloads;
import dev.taltun.dataplane.PacketSealer;
import dev.taltun.dataplane.ReceivedFrame;
import dev.taltun.ffi.Errno;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.UdpError;
import dev.taltun.io.udp.UdpFan;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.RandomSource;
import dev.taltun.noise.Session;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.routing.PrefixTable;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One engine, wired as {@code engine} wires it, but without threads and devices: it works when
 * {@link #step} says so.
 */
final class SimNode {
    /** Lanes of every key: two workers with two agents each, and the control agent. */
    static final int LANES = 5;

    private static final int GSO_SEGMENTS = 64;

    /** How one engine is built and driven. */
    static final class Options {
        int workers = 1;
        int mtu = 1420;
        int staged = 1024;
        boolean gso;
        boolean gro;
        boolean uso;
        boolean tunTakesRuns;

        /** Passes packets between its peers. */
        boolean relay;

        /** Tells its peers of each other. */
        boolean lighthouse;

        /** Where it says that it can be reached. */
        Supplier<List<Endpoint>> places = List::of;

        int punchPorts;

        /** Further sockets. */
        UdpFan fan = UdpFan.NONE;

        /** Is plain WireGuard: no message inside a session means anything to it but packets. */
        boolean plain;

        /** What the kernel answers to a GSO run; 0 if it takes it. */
        int gsoRefusal;

        /** The TUN device said that it takes super-packets, but does not. */
        boolean tunRefusesRuns;

        /** Chance that the socket is found full. */
        double fullChance;

        /** Chance that an agent with work to do is kept waiting, and how long at most. */
        double stallChance;

        long stallMax = 3 * SimClock.MILLI;

        /** How long a step of the control agent takes in which it does something. */
        long controlStep;

        static Options random(Random random) {
            Options options = new Options();
            options.workers = 1 + random.nextInt(2);
            options.gso = random.nextBoolean();
            options.gro = random.nextBoolean();
            options.uso = random.nextBoolean();
            options.tunTakesRuns = random.nextBoolean();
            options.fullChance = random.nextBoolean() ? 0.02 : 0;
            options.stallChance = random.nextBoolean() ? 0.05 : 0;
            return options;
        }
    }

    private final Simulation simulation;
    private final Identity who;
    private final Options options;
    private final Random random;
    private final Counters counters = new Counters();
    private final Quiescence quiescence = new Quiescence(8);
    private final Wakeup wakeup = new Wakeup();
    private final PeerTable peers = new PeerTable(PrefixTable.empty());
    private final KeyAudit.Ring keys;
    private final IndexTable indices;
    private final ControlPort port;
    private final Offloads offloads;
    private final SimSocket socket;
    private final SimTun tun;
    private final SimEvents events;
    private final ControlAgent control;
    private final SimTask controlTask;
    private final List<SimTask> packetTasks = new ArrayList<>();
    private final List<Object> poolOwners;

    /** When the control agent wants to be woken. */
    private long deadline;

    private int controlSteps;
    private boolean running = true;

    SimNode(Simulation simulation, Identity who, Options options, List<PeerSpec> specs) {
        this.simulation = simulation;
        this.who = who;
        this.options = options;
        random = simulation.newRandom();
        keys = simulation.keys().new Ring();
        events = new SimEvents(who.name(), simulation.trace());
        Random indexRandom = simulation.newRandom();
        indices = new IndexTable(indexRandom::nextInt);
        port = new ControlPort(256, 2 * options.staged * options.workers, wakeup, () -> {});
        boolean runs = options.tunTakesRuns || options.tunRefusesRuns;
        offloads = new Offloads(options.gso ? GSO_SEGMENTS : 1, runs, runs);
        socket = new SimSocket(simulation, who.name(), options, who.home());
        tun = new SimTun(options, simulation.newRandom(), this::received);
        Arena arena = Arena.ofAuto();
        SimPacketPath packets =
                new SimPacketPath(
                        new SimPacketPath.Parts(
                                arena,
                                simulation.clock(),
                                options,
                                options.lighthouse ? List.of() : who.innerAddresses(),
                                socket,
                                tun,
                                offloads,
                                counters,
                                port,
                                indices,
                                peers));
        packets.agents().forEach(agent -> packetTasks.add(task(agent)));
        poolOwners = packets.poolOwners();
        control = control(packets, specs);
        controlTask = task(control);
        deadline = simulation.clock().nanoTime();
        control.onStart();
    }

    private SimTask task(Agent agent) {
        return new SimTask(simulation, name(), options, random, agent, quiescence.newSlot());
    }

    private ControlAgent control(SimPacketPath packets, List<PeerSpec> specs) {
        Counters.Block block = counters.newBlock();
        Random secrets = simulation.newRandom();
        RandomSource source = secrets::nextBytes;
        return new ControlAgent(
                new ControlAgent.Parts(
                        simulation.clock(),
                        new StaticIdentity(who.privateKey()),
                        peers,
                        indices,
                        port,
                        wakeup,
                        new Alarm(),
                        BatchOutlet.of(packets.controlTransmitter(block)),
                        new PacketSealer(2 * options.workers, options.mtu),
                        keys::newKey,
                        source,
                        quiescence,
                        block,
                        events,
                        simulation.names(),
                        2 * options.staged * options.workers,
                        new PathSettings(
                                options.lighthouse,
                                who.innerAddresses(),
                                options.places::get,
                                options.punchPorts,
                                options.fan)),
                specs);
    }

    /** Does not sleep, but writes down until when the control agent wants to. */
    private final class Alarm implements Sleeper {
        @Override
        public void sleep(long maxNanos) {
            long now = simulation.clock().nanoTime();
            deadline = maxNanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + maxNanos;
        }

        @Override
        public void wakeUp() {
            deadline = simulation.clock().nanoTime();
        }
    }

    private void received(InnerPacket packet) {
        simulation.ledger().deliver(name(), number(), packet);
    }

    /** Gives every agent that has something to do its turn; true if one did something. */
    boolean step() {
        if (!running) {
            return false;
        }
        boolean worked = false;
        int first = random.nextInt(packetTasks.size() + 1);
        for (int i = 0; i <= packetTasks.size(); i++) {
            int turn = (first + i) % (packetTasks.size() + 1);
            worked |= turn == packetTasks.size() ? stepControl() : stepPackets(turn);
        }
        return worked;
    }

    private boolean stepPackets(int turn) {
        int workers = options.workers;
        boolean due =
                turn < workers
                        || ((turn - workers) % 2 == 0
                                ? tun.hasPackets((turn - workers) / 2)
                                : socket.hasArrivals((turn - workers) / 2));
        return due && packetTasks.get(turn).step(0);
    }

    private boolean stepControl() {
        long now = simulation.clock().nanoTime();
        ReceivedFrame frame;
        while (options.plain && (frame = port.pollFrame()) != null) {
            frame.release();
        }
        if (port.isEmpty() && now < deadline) {
            return false;
        }
        if (controlTask.step(options.controlStep)) {
            controlSteps++;
            deadline = now;
            return true;
        }
        if (now >= controlTask.notBefore()) {
            // Longer than any real runner lets it sleep, so that a missing deadline shows.
            control.awaitWork(Long.MAX_VALUE);
            return port.isEmpty() && deadline <= now;
        }
        return false;
    }

    /** When there is something to do next, if nothing comes from outside. */
    long nextDeadline() {
        return running ? Math.max(deadline, controlTask.notBefore()) : Long.MAX_VALUE;
    }

    /** Ends it in order, and looks whether everything is wiped and back home. */
    void stop() {
        running = false;
        socket.close();
        simulation.network().rules().forget(name());
        control.onClose();
        check(keys.open() == 0, keys.open() + " keys are not wiped after its end");
        check(indices.size() == 0, indices.size() + " indices are left after its end");
        check(peers.routes().isEmpty(), "there are routes left after its end");
    }

    /** Ends it as kill -9 does: nothing is done about anything. */
    void crash() {
        running = false;
        socket.close();
        simulation.network().rules().forget(name());
    }

    boolean isRunning() {
        return running;
    }

    /** Everything pooled is back where it belongs; to be asked when nothing goes on. */
    void checkPools() {
        for (Object owner : poolOwners) {
            Pools.checkHome(name(), owner);
        }
    }

    void check(boolean holds, String violation) {
        if (!holds) {
            throw new AssertionError(name() + ": " + violation);
        }
    }

    /** Sends packets of one flow into the tunnel, in one go. */
    void send(SimNode to, boolean ipv6, int packets, int payloadBytes) {
        List<InnerPacket> run = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            run.add(simulation.ledger().send(number(), to.number(), ipv6, payloadBytes));
        }
        tun.send(run);
    }

    void send(SimNode to) {
        send(to, random.nextInt(4) == 0, 1, 8 + random.nextInt(200));
    }

    /** A host behind this node sends something, whoever it says it is. */
    void sendAs(InnerPacket packet) {
        tun.send(List.of(packet));
    }

    /** The host that a datagram was sent to says that nobody listens there. */
    void refused(Network.Datagram datagram) {
        undelivered(Errno.ECONNREFUSED, true, datagram);
    }

    /**
     * The network says that a datagram did not arrive.
     *
     * @param destination whether it is about the destination, not about the way
     */
    void undelivered(int errno, boolean destination, Network.Datagram datagram) {
        UdpError error = new UdpError(Arena.ofAuto());
        error.set(errno, destination, datagram.to(), datagram.bytes());
        port.error(error);
        deadline = simulation.clock().nanoTime();
    }

    /** Which way its packets to a peer go, as the user sees it. */
    PathStatus path(SimNode to) {
        CompletableFuture<List<PeerStatus>> all = commands().status();
        // The control agent may rest before it looks; nobody but this thread lets time pass.
        if (!simulation.runUntil(1, all::isDone)) {
            throw new AssertionError(name() + " does not answer what its paths are");
        }
        return all.join().stream()
                .filter(each -> each.publicKey().equals(to.who.publicKey()))
                .findFirst()
                .orElseThrow()
                .path();
    }

    ControlCommands commands() {
        // Somebody is about to post a command: as the wake-up would, see to it that it is looked
        // for. The agent's own announcement of its sleep is over when a simulation goes on.
        deadline = simulation.clock().nanoTime();
        return control.commands();
    }

    String name() {
        return who.name();
    }

    int number() {
        return who.number();
    }

    Identity identity() {
        return who;
    }

    Options options() {
        return options;
    }

    SimSocket socket() {
        return socket;
    }

    SimEvents events() {
        return events;
    }

    KeyAudit.Ring keys() {
        return keys;
    }

    int indices() {
        return indices.size();
    }

    /** Steps in which the control agent did something. */
    int controlSteps() {
        return controlSteps;
    }

    Endpoint address() {
        return socket.visible();
    }

    /** Another node as packet threads of this one see it. */
    Peer peer(SimNode other) {
        return peers.routes().lookup4(InnerPacket.ipv4(other.number()));
    }

    Session session(SimNode other) {
        return peer(other).session();
    }

    long count(Counter counter) {
        return counters.sum(counter);
    }

    /** Packets that it says it dropped, for whatever reason. */
    long dropped() {
        long sum = 0;
        for (Counter counter : Counter.values()) {
            sum += counter.name().startsWith("DROP_") ? count(counter) : 0;
        }
        return sum;
    }

    /** All counters that are not zero. */
    String countersText() {
        StringBuilder text = new StringBuilder();
        for (Counter counter : Counter.values()) {
            if (count(counter) != 0) {
                text.append(' ').append(counter).append('=').append(count(counter));
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return name();
    }
}
