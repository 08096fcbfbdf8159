package dev.taltun.engine;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Clock;
import dev.taltun.agent.Quiescence;
import dev.taltun.agent.SystemClock;
import dev.taltun.agent.Wakeup;
import dev.taltun.config.InterfaceConfig;
import dev.taltun.config.Mode;
import dev.taltun.config.PeerConfig;
import dev.taltun.config.TaltunConfig;
import dev.taltun.control.ControlAgent;
import dev.taltun.control.EndpointSpec;
import dev.taltun.control.PeerSpec;
import dev.taltun.control.Sleeper;
import dev.taltun.crypto.AeadProviders;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.Entropy;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.Inbound;
import dev.taltun.dataplane.Offloads;
import dev.taltun.dataplane.Outbound;
import dev.taltun.dataplane.Transmitter;
import dev.taltun.dataplane.UdpWriter;
import dev.taltun.io.Poller;
import dev.taltun.io.tun.LinuxTunDevice;
import dev.taltun.io.tun.TunOptions;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.LinuxUdpSocket;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.PeerTable;
import dev.taltun.routing.PrefixTable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Builds the parts of one engine and wires them together. Used once, by one thread. */
final class Assembly {
    /** Most datagrams in one GSO run that every kernel takes (UDP_MAX_SEGMENTS before 6.9). */
    private static final int GSO_SEGMENTS = 64;

    /** Messages of one receive. With GRO each may be 64 KiB, and more would leave the CPU's cache. */
    private static final int RECEIVE_SLOTS_GRO = 16;

    private static final int RECEIVE_SLOTS = 64;
    private static final int GRO_SLOT_BYTES = 65_536;

    /** Batches of a reader: 8 x 160 KiB. More only add delay when the socket is full. */
    private static final int READER_BATCHES = 8;

    /** Batches of the control agent: handshakes and keepalives are small. */
    private static final int CONTROL_BATCHES = 4;

    /** Packets of one reader that may wait for handshakes, over all peers. */
    private static final int STAGED_PACKETS = 1024;

    /** An agent, and what its thread does before it starts. */
    record Threaded(Agent agent, Runnable onThreadStart) {}

    private final TaltunConfig config;
    private final EngineLog log;
    private final Counters counters;
    private final Deque<AutoCloseable> resources;
    private final Clock clock = new SystemClock();
    private final List<Threaded> agents = new ArrayList<>();
    private final int workers;
    private Quiescence quiescence;
    private Arena arena;
    private AeadProviders aead;
    private List<LinuxUdpSocket> sockets;
    private LinuxTunDevice tun;
    private Offloads offloads;

    /**
     * @param resources gets everything that must be closed, last opened first
     */
    Assembly(
            TaltunConfig config,
            EngineLog log,
            Counters counters,
            Deque<AutoCloseable> resources) {
        this.config = config;
        this.log = log;
        this.counters = counters;
        this.resources = resources;
        workers = Math.max(1, config.iface().workers());
    }

    Quiescence quiescence() {
        return quiescence;
    }

    List<Threaded> agents() {
        return agents;
    }

    /** Opens and wires everything, and configures the interface last, when all else is ready. */
    void build() throws IOException {
        InterfaceConfig iface = config.iface();
        aead = AeadProviders.discover(iface.crypto().orElse(null));
        arena = Arena.ofShared();
        resources.push(arena::close);
        sockets = Sockets.open(iface, workers);
        sockets.forEach(resources::push);
        tun =
                LinuxTunDevice.open(
                        new TunOptions(
                                iface.tunName(),
                                workers,
                                iface.offloads().tunTso(),
                                iface.offloads().tunUso()));
        resources.push(tun);
        boolean gso = sockets.getFirst().gso();
        offloads = new Offloads(gso ? GSO_SEGMENTS : 1, tun.tcpOffload(), tun.udpOffload());
        quiescence = new Quiescence(3 * workers + 1);
        wire();
        InterfaceSetup.apply(iface);
    }

    private void wire() throws IOException {
        InterfaceConfig iface = config.iface();
        Wakeup controlWakeup = new Wakeup();
        Poller controlPoller = poller(-1);
        ControlPort port =
                new ControlPort(
                        1 << 14, STAGED_PACKETS * workers, controlWakeup, controlPoller::wakeUp);
        IndexTable indices = new IndexTable(Assembly::randomIndex);
        PeerTable peers = new PeerTable(PrefixTable.empty());
        Pinning pinning = new Pinning(iface.cpus(), log);
        List<UdpWriter> writers = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            writers.add(writer(i, pinning));
        }
        ControlAgent control =
                control(port, controlWakeup, controlPoller, indices, peers, writers.getFirst());
        agents.add(new Threaded(control, () -> {}));
        for (int i = 0; i < workers; i++) {
            agents.add(
                    new Threaded(outbound(i, peers, port, writers.get(i)), pinning.forWorker(i)));
            agents.add(new Threaded(inbound(i, indices, peers, port), pinning.forWorker(i)));
        }
    }

    private static int randomIndex() {
        byte[] bytes = new byte[Integer.BYTES];
        Entropy.fill(bytes);
        return java.nio.ByteBuffer.wrap(bytes).getInt();
    }

    private Poller poller(int fd) throws IOException {
        Poller poller = new Poller(arena, fd);
        resources.push(poller);
        return poller;
    }

    private UdpWriter writer(int i, Pinning pinning) throws IOException {
        LinuxUdpSocket socket = sockets.get(i);
        UdpWriter writer =
                new UdpWriter(
                        "taltun-udp-" + i,
                        socket.newSender(arena),
                        offloads,
                        counters.newBlock(),
                        poller(socket.fd()));
        agents.add(new Threaded(writer, pinning.forWorker(i)));
        return writer;
    }

    private Outbound outbound(int i, PeerTable peers, ControlPort port, UdpWriter writer)
            throws IOException {
        Counters.Block block = counters.newBlock();
        Transmitter transmitter =
                new Transmitter(
                        arena,
                        READER_BATCHES,
                        sockets.get(i).newSender(arena),
                        writer,
                        offloads,
                        block,
                        true);
        return new Outbound(
                arena,
                new Outbound.Parts(
                        "taltun-out-" + i,
                        tun.newReader(arena, i),
                        poller(tun.fd(i)),
                        clock,
                        peers,
                        port,
                        transmitter,
                        offloads,
                        block,
                        i,
                        config.iface().mtu(),
                        STAGED_PACKETS));
    }

    private Inbound inbound(int i, IndexTable indices, PeerTable peers, ControlPort port)
            throws IOException {
        LinuxUdpSocket socket = sockets.get(i);
        RxBatch batch =
                socket.gro()
                        ? new RxBatch(arena, RECEIVE_SLOTS_GRO, GRO_SLOT_BYTES)
                        : new RxBatch(arena, RECEIVE_SLOTS, plainSlotBytes());
        return new Inbound(
                arena,
                new Inbound.Parts(
                        "taltun-in-" + i,
                        socket.newReceiver(arena, batch),
                        batch,
                        tun.newWriter(arena, i),
                        poller(socket.fd()),
                        clock,
                        indices,
                        peers,
                        port,
                        offloads,
                        counters.newBlock(),
                        workers + i));
    }

    /** The largest datagram: an inner packet of MTU size, padded, or a full 1500-byte one. */
    private int plainSlotBytes() {
        int largest = Math.max(config.iface().mtu(), 1500) + 64;
        return largest + 63 & ~63;
    }
}
