package dev.taltun.engine;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Clock;
import dev.taltun.agent.Quiescence;
import dev.taltun.agent.SystemClock;
import dev.taltun.agent.Wakeup;
import dev.taltun.config.CipherChoice;
import dev.taltun.config.GatewayConfig;
import dev.taltun.config.InterfaceConfig;
import dev.taltun.config.Mode;
import dev.taltun.config.TaltunConfig;
import dev.taltun.control.BatchOutlet;
import dev.taltun.control.ControlAgent;
import dev.taltun.control.EndpointResolver;
import dev.taltun.control.LocalNetwork;
import dev.taltun.control.PathSettings;
import dev.taltun.control.Sleeper;
import dev.taltun.crypto.AeadKey;
import dev.taltun.crypto.AeadProviders;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.Entropy;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.Forwarding;
import dev.taltun.dataplane.NearNetworks;
import dev.taltun.dataplane.Offloads;
import dev.taltun.dataplane.PacketSealer;
import dev.taltun.ffi.BootClock;
import dev.taltun.host.HostSetup;
import dev.taltun.io.Poller;
import dev.taltun.io.udp.LinuxUdpFan;
import dev.taltun.io.udp.LinuxUdpSocket;
import dev.taltun.io.udp.UdpFan;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.PeerTable;
import dev.taltun.routing.PrefixTable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Builds the parts of one engine and wires them together. Used once, by one thread. */
final class Assembly {
    /**
     * Messages of one receive. With GRO each may fill its slot, and more would leave the CPU's
     * cache: 16 x 64 KiB, 1 MiB for each receiver.
     */
    private static final int RECEIVE_SLOTS_GRO = 16;

    private static final int GRO_SLOT_BYTES = 65_536;

    /**
     * Without GRO: 64 x 68 KiB, 4.25 MiB for each receiver, of which ordinary packets touch 256
     * KiB.
     */
    private static final int RECEIVE_SLOTS = 64;

    /**
     * Room for any datagram, for a peer's MTU may be larger than ours. A page more, or all slots
     * would start in the same lines of the CPU's cache.
     */
    private static final int PLAIN_SLOT_BYTES = 65_536 + 4096;

    /** Batches of a reader: 8 x 160 KiB. More only add delay when the socket is full. */
    private static final int READER_BATCHES = 8;

    /** Batches of the control agent: handshakes and keepalives are small. */
    private static final int CONTROL_BATCHES = 4;

    /**
     * Peers that may have a wish at the same time: more than a file can hold, for it may be read
     * again with any number. A queue of references: 512 KiB.
     */
    private static final int PEERS_MAX = 1 << 17;

    /** Packets of one reader that may wait for handshakes, over all peers. */
    private static final int STAGED_PACKETS = 1024;

    /** Batches of a receiver for what it relays, sent as soon as they are full. */
    private static final int RELAY_BATCHES = 8;

    /** Relayed packets of one receiver that may wait for handshakes, over all peers. */
    private static final int RELAY_STAGED_PACKETS = 256;

    /** An agent, and what its thread does before it starts. */
    record Threaded(Agent agent, Runnable onThreadStart) {}

    private final TaltunConfig config;
    private final Management management;
    private final Inherited inherited;
    private final EngineLog log;
    private final Counters counters;
    private final HostSetup host;
    private final Deque<AutoCloseable> resources;
    private final Clock clock = new SystemClock(new BootClock()::nanos);
    private final List<Threaded> agents = new ArrayList<>();
    private final int workers;

    /** Null when this node is no gateway. */
    private final NearNetworks near;

    private Quiescence quiescence;
    private Arena arena;
    private AeadProviders aead;
    private List<LinuxUdpSocket> sockets;

    /** Further sockets, for guessing ports and for strays; null if nobody needs them. */
    private LinuxUdpFan fan;

    private Tunnel tun;
    private LocalNetwork network = List::of;
    private Offloads offloads;
    private StaticIdentity identity;
    private PeerSpecs specs;
    private Reloader reloader;
    private LiveDevice device;
    private final List<Poller> socketPollers = new ArrayList<>();

    /**
     * @param host is applied when the interface is up; the caller closes it
     * @param resources gets everything that must be closed, last opened first
     */
    Assembly(
            TaltunConfig config,
            Management management,
            Inherited inherited,
            EngineLog log,
            Counters counters,
            HostSetup host,
            Deque<AutoCloseable> resources) {
        this.config = config;
        this.management = management;
        this.inherited = inherited;
        this.log = log;
        this.host = host;
        this.counters = counters;
        this.resources = resources;
        workers = Workers.of(config.iface(), inherited);
        boolean gateway = config.gateway().map(GatewayConfig::forward).orElse(false);
        near = gateway ? new NearNetworks() : null;
    }

    /**
     * Follows what others change in the machine; null if nobody has to.
     *
     * @throws IOException with one line for the user
     */
    NetworkWatch watch() throws IOException {
        if (isBlank()) {
            LinkState state = new LinkState(tun.name(), device);
            return NetworkWatch.start(state::refresh, () -> {}, log);
        }
        if (near == null) {
            return null;
        }
        GatewayNetworks networks = new GatewayNetworks(tun.name(), near);
        return NetworkWatch.start(() -> {}, networks::refresh, log);
    }

    Quiescence quiescence() {
        return quiescence;
    }

    OffloadNews offloadNews() {
        return new OffloadNews(offloads, log);
    }

    /** What changes the node while it runs. */
    Reloader reloader() {
        return reloader;
    }

    /** The agents in the order in which they start and end; the control agent is the last. */
    List<Threaded> agents() {
        return agents;
    }

    /** Opens and wires everything, and configures the interface last, when all else is ready. */
    @SuppressWarnings("MustBeClosedChecker") // closed with the other resources
    void build() throws IOException {
        InterfaceConfig iface = config.iface();
        if (iface.mode() != Mode.LIGHTHOUSE) {
            host.sweep();
        }
        aead = AeadProviders.discover(iface.crypto().orElse(null), clock::nanoTime);
        arena = Arena.ofShared();
        resources.push(arena::close);
        sockets = Sockets.open(iface, workers, iface.local().port(), iface.fwmark());
        sockets.forEach(resources::push);
        if (receivesFromFan() || iface.mode() == Mode.LIGHTHOUSE) {
            fan = Sockets.fan(iface, sockets.getFirst());
            resources.push(fan);
        }
        tun = Tunnel.open(iface, workers, inherited);
        resources.push(tun);
        offloads =
                new Offloads(sockets.getFirst().gsoSegments(), tun.tcpOffload(), tun.udpOffload());
        quiescence = new Quiescence(3 * workers + (receivesFromFan() ? 2 : 1));
        wire();
        if (tun.exists()) {
            InterfaceSetup.apply(iface, !isBlank());
            host.apply(device::fwmark);
        }
    }

    /** Whether there is nothing to begin with. */
    private boolean isBlank() {
        return management == Management.CONTROL_SOCKET;
    }

    private void wire() throws IOException {
        InterfaceConfig iface = config.iface();
        Wakeup controlWakeup = new Wakeup();
        Poller controlPoller = controlPoller();
        ControlPort port =
                new ControlPort(PEERS_MAX, stagedPackets(), controlWakeup, controlPoller::wakeUp);
        PacketPath.Common common =
                new PacketPath.Common(
                        arena,
                        clock,
                        counters,
                        offloads,
                        port,
                        new IndexTable(Assembly::randomIndex),
                        new PeerTable(PrefixTable.empty()),
                        forwarding(),
                        iface.mtu());
        Scheduling scheduling = new Scheduling(iface.cpus(), log);
        List<PacketPath> paths = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            LinuxUdpSocket socket = sockets.get(i);
            PacketPath path =
                    new PacketPath(
                            common, room(socket), socket, "taltun-udp-" + i, socketPoller(i));
            paths.add(path);
            agents.add(new Threaded(path.writer(), scheduling.outbound(i)));
        }
        ControlAgent control = control(common, controlWakeup, controlPoller, paths.getFirst());
        for (int i = 0; i < workers; i++) {
            PacketPath path = paths.get(i);
            if (tun.exists()) {
                Agent outbound =
                        path.outbound(
                                "taltun-out-" + i, i, tun.newReader(arena, i), poller(tun.fd(i)));
                agents.add(new Threaded(outbound, scheduling.outbound(i)));
            }
            Agent inbound =
                    path.inbound(
                            "taltun-in-" + i,
                            workers + i,
                            tun.newWriter(arena, i),
                            socketPoller(i));
            agents.add(new Threaded(inbound, scheduling.inbound(i)));
        }
        if (receivesFromFan()) {
            Agent inbound =
                    paths.getFirst()
                            .inbound(
                                    "taltun-in-fan",
                                    fanLane(),
                                    tun.newWriter(arena, 0),
                                    poller(fan.fd()),
                                    batch -> fan.newReceiver(arena, batch));
            agents.add(new Threaded(inbound, scheduling.unpinned()));
        }
        agents.add(new Threaded(control, () -> {}));
        device = device(control);
        resources.push(device);
    }

    /** Packets that may wait for handshakes, over all workers. */
    private int stagedPackets() {
        int ofFan = receivesFromFan() ? RELAY_STAGED_PACKETS : 0;
        return (STAGED_PACKETS + RELAY_STAGED_PACKETS) * workers + ofFan;
    }

    private PacketPath.Room room(LinuxUdpSocket socket) {
        return new PacketPath.Room(
                READER_BATCHES,
                STAGED_PACKETS,
                RELAY_BATCHES,
                RELAY_STAGED_PACKETS,
                socket.gro() ? RECEIVE_SLOTS_GRO : RECEIVE_SLOTS,
                socket.gro() ? GRO_SLOT_BYTES : PLAIN_SLOT_BYTES);
    }

    private Forwarding forwarding() {
        if (isBlank()) {
            return Forwarding.byKernel();
        }
        InterfaceConfig iface = config.iface();
        return Forwarding.of(iface.relay(), near, tun.exists() ? iface.vips() : List.of());
    }

    private LiveDevice device(ControlAgent control) {
        return new LiveDevice(
                new LiveDevice.Parts(
                        config.iface(),
                        control.commands(),
                        identity,
                        sockets,
                        socketPollers,
                        counters,
                        specs.suites(config.iface().cipher()),
                        offloadsInUse(),
                        aead.description()));
    }

    private List<String> offloadsInUse() {
        List<String> names = new ArrayList<>();
        addIf(tun.tcpOffload(), "tun_tso", names);
        addIf(tun.udpOffload(), "tun_uso", names);
        addIf(sockets.getFirst().gso(), "udp_gso", names);
        addIf(sockets.getFirst().gro(), "udp_gro", names);
        return List.copyOf(names);
    }

    private static void addIf(boolean inUse, String name, List<String> names) {
        if (inUse) {
            names.add(name);
        }
    }

    /** The TUN device's name as the kernel has it. */
    String interfaceName() {
        return tun.name();
    }

    /** What the control socket sees and changes. */
    LiveDevice device() {
        return device;
    }

    private static int randomIndex() {
        byte[] bytes = new byte[Integer.BYTES];
        Entropy.fill(bytes);
        return java.nio.ByteBuffer.wrap(bytes).getInt();
    }

    /** Wakes the control agent; for a node with an interface when the network changes, too. */
    private Poller controlPoller() throws IOException {
        if (!tun.exists()) {
            return poller(-1);
        }
        MachineNetwork machine = new MachineNetwork(config.iface(), sockets.getFirst());
        resources.push(machine);
        Poller poller = poller(machine.fd());
        machine.use(poller);
        network = machine;
        return poller;
    }

    private Poller socketPoller(int i) throws IOException {
        Poller poller = poller(sockets.get(i).fd());
        socketPollers.add(poller);
        return poller;
    }

    private Poller poller(int fd) throws IOException {
        Poller poller = new Poller(arena, fd);
        resources.push(poller);
        return poller;
    }

    private ControlAgent control(
            PacketPath.Common common, Wakeup wakeup, Poller poller, PacketPath path) {
        Counters.Block block = counters.newBlock();
        identity =
                isBlank()
                        ? StaticIdentity.nobody()
                        : new StaticIdentity(config.iface().privateKey());
        ControlAgent.Parts parts =
                new ControlAgent.Parts(
                        clock,
                        identity,
                        common.peers(),
                        common.indices(),
                        common.port(),
                        wakeup,
                        Sleeper.of(poller),
                        BatchOutlet.of(path.controlTransmitter(CONTROL_BATCHES, block)),
                        new PacketSealer(2 * workers, config.iface().mtu()),
                        this::newKey,
                        Entropy::fill,
                        quiescence,
                        block,
                        new EngineListener(log),
                        resolver(sockets.getFirst().ipv6()),
                        stagedPackets(),
                        paths());
        boolean aesIsFaster = aead.fastestSuite() == CipherSuite.AES_256_GCM;
        specs = new PeerSpecs(config.iface().mode(), aesIsFaster);
        ControlAgent agent =
                new ControlAgent(parts, config.peers().stream().map(specs::of).toList());
        reloader = new Reloader(config, agent.commands(), specs, host, log);
        resources.push(reloader);
        return agent;
    }

    /** A full tunnel would carry questions for its own end, and could not before it is up. */
    private EndpointResolver resolver(boolean ipv6) {
        return host.isFullTunnel()
                ? new EndpointResolver(ipv6, host.outsideNames()::addresses)
                : new EndpointResolver(ipv6);
    }

    private PathSettings paths() {
        InterfaceConfig iface = config.iface();
        return new PathSettings(
                iface.mode() == Mode.LIGHTHOUSE,
                iface.vips(),
                network,
                iface.punchPorts(),
                fan == null ? UdpFan.NONE : fan);
    }

    /** Lanes: one a reader, one a receiver, the control agent's, one to warm up, the fan's. */
    private AeadKey newKey(CipherSuite suite, byte[] key) {
        return aead.choose(suite).newKey(suite, key, fanLane() + (receivesFromFan() ? 1 : 0));
    }

    /** A lighthouse sends from another port, and hears nothing there. */
    private boolean receivesFromFan() {
        return config.iface().punchPorts() > 0;
    }

    private int fanLane() {
        return 2 * workers + 2;
    }

    /** What is to be done once the engine is ready, so that it is fast when load comes. */
    WarmUp warmUp() {
        LinuxUdpSocket socket = sockets.getFirst();
        return new WarmUp(
                new WarmUp.Parts(
                        clock,
                        WarmUp.ROUNDS,
                        2 * workers + 1,
                        config.iface().mtu(),
                        suitesInUse(),
                        this::newKey,
                        () ->
                                counters.sum(Counter.PACKETS_SEALED)
                                        + counters.sum(Counter.PACKETS_OPENED),
                        socket.ipv6(),
                        socket.gso(),
                        socket.gro()),
                log);
    }

    private List<CipherSuite> suitesInUse() {
        boolean aes =
                config.peers().stream()
                        .anyMatch(peer -> peer.cipher() != CipherChoice.CHACHA20_POLY1305);
        return aes
                ? List.of(CipherSuite.CHACHA20_POLY1305, CipherSuite.AES_256_GCM)
                : List.of(CipherSuite.CHACHA20_POLY1305);
    }

    /** Tells the user what runs: one line for each fact that matters. */
    void announce() {
        new Announcement(config, log).tell(sockets, tun, aead, identity.publicKey(), isBlank());
    }
}
