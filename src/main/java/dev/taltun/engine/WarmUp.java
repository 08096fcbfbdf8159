package dev.taltun.engine;

import dev.taltun.agent.AgentTurn;
import dev.taltun.agent.Clock;
import dev.taltun.agent.Quiescence;
import dev.taltun.agent.Wakeup;
import dev.taltun.crypto.AeadKey;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.Entropy;
import dev.taltun.crypto.PublicKey;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.Forwarding;
import dev.taltun.dataplane.Inbound;
import dev.taltun.dataplane.Offloads;
import dev.taltun.dataplane.Outbound;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.ThreadPriority;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.Poller;
import dev.taltun.io.tun.LinuxTunReader;
import dev.taltun.io.tun.LinuxTunWriter;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.LinuxUdpSocket;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpOptions;
import dev.taltun.io.udp.UdpSender;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Session;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.protocol.TcpHeader;
import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/**
 * Lets the JIT compiler see the packet path before the first load comes: without this the first
 * seconds of a transfer run interpreted, at a quarter of the speed.
 *
 * <p>A second packet path, made of the same classes, sends to itself over loopback what {@link
 * WarmUpTraffic} makes, under keys of its own that nobody else knows, and writes the result to
 * {@code /dev/null}. It begins a moment after the engine is ready, runs at the lowest priority for
 * about a second, and is then gone with all its memory. While there is real load it waits: that
 * needs the CPU, and is the better teacher of what it does, but not of the rest. Where it cannot
 * run (no loopback), nothing is lost but the warm-up.
 *
 * <p>Its thread owns all that it works with. Of the engine's it uses only what is never closed: a
 * lane of the AEAD providers that nobody else uses, and counters, which it reads. So it does no
 * harm if it is still there when the engine is gone.
 *
 * <pre>
 *   traffic -> UDP socket -> Outbound -> UDP socket -+
 *                                        |           | loopback
 *                         /dev/null <- Inbound <-----+
 * </pre>
 */
final class WarmUp {
    /** Handshakes and first packets go first. */
    private static final long DELAY_MILLIS = 100;

    private static final long END_MILLIS = 200;

    /** Two minutes of load have taught all that matters. */
    private static final long MOST_NANOS = 120_000_000_000L;

    /** So many that the last tier has compiled what is called once a super-packet. */
    static final int ROUNDS = 8_000;

    /** So many packets of the engine's own are load, and so long without them is none. */
    private static final int LOAD = 200;

    private static final long QUIET_MILLIS = 1000;

    /** Turns without work, for longer than {@link dev.taltun.agent.IdleStrategy} looks for some. */
    private static final int IDLE_TURNS = 50;

    /** Turns until what did not come in a round is given up. */
    private static final int TURNS_MAX = 10_000;

    /** Payload of each packet of two flows at once. */
    private static final int INTERLEAVED_BYTES = 500;

    /** More than are put together. */
    private static final int SMALL_DATAGRAMS = 130;

    private static final IpPrefix OWN_4 = IpPrefix.v4(WarmUpTraffic.DESTINATION, 24);
    private static final IpPrefix OWN_6 =
            IpPrefix.v6(WarmUpTraffic.NETWORK_6, WarmUpTraffic.DESTINATION & 0xffff_ffffL, 128);

    /** Everything is taken as soon as it is there: one batch at a time, one message. */
    private static final PacketPath.Room ROOM = new PacketPath.Room(2, 1, 2, 1, 4, 65_536);

    /**
     * @param rounds most rounds
     * @param lane of every key, that no other thread uses
     * @param mtu of the interface
     * @param suites that peers may use, the likeliest last
     * @param keys makes a key of a suite
     * @param load packets that the engine has sealed and opened so far
     * @param ipv6 whether the engine's sockets are of IPv6
     */
    record Parts(
            Clock clock,
            int rounds,
            int lane,
            int mtu,
            List<CipherSuite> suites,
            BiFunction<CipherSuite, byte[], AeadKey> keys,
            LongSupplier load,
            boolean ipv6,
            boolean gso,
            boolean gro) {}

    private final Parts parts;
    private final EngineLog log;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final Counters counters = new Counters();
    private final IndexTable indices = new IndexTable(new AtomicInteger()::incrementAndGet);
    private final PeerTable peers = new PeerTable(PrefixTable.empty());
    private Peer peer;
    private int index;

    /** Whom packets are passed on to. What comes from there is dropped: it is of the first peer. */
    private Peer third;

    private int thirdIndex;

    /** As with many prefixes, as with one other node, and as with two. */
    private PrefixTable<Peer> wide;

    private PrefixTable<Peer> narrow;
    private PrefixTable<Peer> hub;
    private Outbound out;
    private Inbound in;
    private AgentTurn outbound;
    private AgentTurn inbound;
    private UdpSender feeder;
    private TxBatch feed;
    private Endpoint outside;
    private WarmUpTraffic traffic;
    private Poller tunPoller;

    /** Packets given to what stands for TUN. */
    private long fed;

    private Poller poller;
    private long loadSeen;

    WarmUp(Parts parts, EngineLog log) {
        this.parts = parts;
        this.log = log;
        thread = new Thread(this::run, "taltun-warm-up");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /**
     * Ends it, and waits a little for its memory and keys to be gone: at the lowest priority that
     * may take long on a busy machine.
     *
     * @return whether they are gone
     */
    boolean end() throws InterruptedException {
        closing.countDown();
        thread.join(END_MILLIS);
        return !thread.isAlive();
    }

    private void run() {
        try {
            if (closing.await(DELAY_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
            ThreadPriority.lower();
            long start = parts.clock().nanoTime();
            build();
            long end = start + MOST_NANOS;
            int round = 0;
            while (round < parts.rounds() && goesOn(end)) {
                round(round++);
            }
            log.debug(
                    "warm-up: %d rounds, %d packets, %d writes in %d ms"
                            .formatted(
                                    round,
                                    counters.sum(Counter.PACKETS_OPENED),
                                    counters.sum(Counter.TUN_WRITES),
                                    (parts.clock().nanoTime() - start) / 1_000_000));
        } catch (IOException | InterruptedException | RuntimeException | OutOfMemoryError e) {
            log.debug("no warm-up: " + e.getMessage());
        } finally {
            while (!resources.isEmpty()) {
                try {
                    resources.pop().close();
                } catch (Exception e) {
                    log.debug("after the warm-up: " + e.getMessage());
                }
            }
        }
    }

    /** Whether there is to be another round; while there is load, it waits. */
    private boolean goesOn(long end) throws InterruptedException {
        if (closing.getCount() == 0) {
            return false;
        }
        for (long load = parts.load().getAsLong();
                load - loadSeen >= LOAD;
                load = parts.load().getAsLong()) {
            loadSeen = load;
            if (closing.await(QUIET_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return parts.clock().nanoTime() < end;
    }

    @SuppressWarnings("MustBeClosedChecker") // closed with the other resources
    private void build() throws IOException {
        Arena arena = Arena.ofShared();
        resources.push(arena::close);
        LinuxUdpSocket tunSide = socket();
        LinuxUdpSocket udpSide = socket();
        Fd sink = sink();
        feeder = tunSide.newSender(arena);
        feed = new TxBatch(arena);
        outside = endpointOf(tunSide);
        traffic = new WarmUpTraffic(arena, parts.mtu());
        peer = new Peer(PublicKey.copyOf(new byte[PublicKey.BYTES]), "warm-up");
        third = new Peer(PublicKey.copyOf(new byte[PublicKey.BYTES]), "warm-up");
        tables();
        tunPoller = new Poller(arena, tunSide.fd());
        resources.push(tunPoller);
        poller = new Poller(arena, udpSide.fd());
        resources.push(poller);
        PacketPath path =
                new PacketPath(
                        new PacketPath.Common(
                                arena,
                                parts.clock(),
                                counters,
                                new Offloads(udpSide.gsoSegments(), true, true),
                                new ControlPort(2, 2, new Wakeup(), () -> {}),
                                indices,
                                peers,
                                Forwarding.of(true, true, List.of(OWN_4, OWN_6)),
                                parts.mtu()),
                        ROOM,
                        udpSide,
                        "",
                        poller);
        Quiescence quiescence = new Quiescence(2);
        out = path.outbound("", parts.lane(), new LinuxTunReader(arena, tunSide.fd()), tunPoller);
        in = path.inbound("", parts.lane(), new LinuxTunWriter(arena, sink.number()), poller);
        outbound = new AgentTurn(out, quiescence.newSlot());
        inbound = new AgentTurn(in, quiescence.newSlot());
        peer.setEndpoint(endpointOf(udpSide));
        third.setEndpoint(endpointOf(udpSide));
    }

    private void tables() {
        PrefixTable.Builder<Peer> everything = PrefixTable.builder();
        everything.put(IpPrefix.v4(0, 0), peer);
        everything.put(IpPrefix.v6(0, 0, 0), peer);
        // So that looking an address up takes more than one step.
        everything.put(IpPrefix.v4(WarmUpTraffic.SOURCE & ~0xff, 24), peer);
        everything.put(IpPrefix.v6(WarmUpTraffic.NETWORK_6, 0, 64), peer);
        wide = everything.build();
        PrefixTable.Builder<Peer> hosts = PrefixTable.builder();
        put(hosts, WarmUpTraffic.SOURCE, peer);
        put(hosts, WarmUpTraffic.DESTINATION, peer);
        narrow = hosts.build();
        put(hosts, WarmUpTraffic.THIRD, third);
        hub = hosts.build();
    }

    private static void put(PrefixTable.Builder<Peer> table, int host, Peer peer) {
        table.put(IpPrefix.v4(host, 32), peer);
        table.put(IpPrefix.v6(WarmUpTraffic.NETWORK_6, host & 0xffff_ffffL, 128), peer);
    }

    private LinuxUdpSocket socket() throws IOException {
        InetAddress loopback = loopback();
        LinuxUdpSocket socket =
                LinuxUdpSocket.open(
                        new UdpOptions(loopback, 0, false, 0, parts.gso(), parts.gro()));
        resources.push(socket);
        return socket;
    }

    private InetAddress loopback() throws IOException {
        return InetAddress.getByName(parts.ipv6() ? "::1" : "127.0.0.1");
    }

    private Endpoint endpointOf(LinuxUdpSocket socket) throws IOException {
        return Endpoint.of(new InetSocketAddress(loopback(), socket.port()));
    }

    private Fd sink() throws IOException {
        int number = Libc.open().open("/dev/null", Linux.O_WRONLY() | Linux.O_CLOEXEC(), 0);
        if (number < 0) {
            throw new IOException("/dev/null cannot be opened");
        }
        Fd fd = new Fd(number);
        resources.push(fd);
        return fd;
    }

    /** Sessions of each suite in turn: both kinds of keys are to be known to the compiler. */
    private void renewSessions(CipherSuite suite, boolean partial, boolean initiator) {
        index = renewSession(peer, index, suite, partial, initiator);
        thirdIndex = renewSession(third, thirdIndex, suite, !partial, !initiator);
    }

    private int renewSession(
            Peer with, int before, CipherSuite suite, boolean partial, boolean initiator) {
        byte[] key = new byte[32];
        Entropy.fill(key);
        AeadKey send = parts.keys().apply(suite, key);
        AeadKey receive = parts.keys().apply(suite, key);
        Arrays.fill(key, (byte) 0);
        if (before != 0) {
            indices.remove(before);
        }
        int own = indices.allocate(with);
        Session session =
                new Session(suite, own, own, initiator, parts.clock().nanoTime(), send, receive);
        resources.push(session);
        if (partial) {
            session.usePartialChecksums();
        }
        indices.publish(with, session);
        with.publishSession(session);
        return own;
    }

    private void round(int number) {
        // Of each suite: peers that take partial checksums and plain WireGuard, either of which
        // has begun the session or not.
        int kinds = 4 * parts.suites().size();
        int share = Math.max(1, parts.rounds() / (2 * kinds));
        if (number % share == 0) {
            int turn = number / share % kinds;
            renewSessions(parts.suites().get(turn >>> 2), (turn & 1) != 0, (turn & 2) != 0);
        }
        int kind = number & 15;
        boolean relayed = kind == 2 || kind == 11;
        traffic.destination(relayed ? WarmUpTraffic.THIRD : WarmUpTraffic.DESTINATION);
        PrefixTable<Peer> table = (number & 16) == 0 || relayed ? wide : narrow;
        // As the control agent sets it while there is a session, and not.
        peer.setWatched((kind & 3) != 0);
        if (kind == 5) {
            tunPoller.wakeUp();
            poller.wakeUp();
        }
        feed(kind, number);
        send();
        if ((kind & 2) != 0) {
            // Not everything is answered at once.
            peer.noteDataSent(parts.clock().nanoTime(), 0, 0);
        }
        move((kind & 1) != 0, table, relayed ? hub : table);
        if (kind == 9) {
            for (int i = 0; i < IDLE_TURNS; i++) {
                outbound.take(1, 0);
                inbound.take(1, 0);
            }
        }
    }

    private void feed(int kind, int number) {
        boolean ipv4 = kind != 15;
        boolean tcp = kind != 14;
        traffic.flow(kind >>> 2 & 1);
        if (kind == 6 || kind == 9) {
            interleaved(ipv4);
            return;
        }
        if (kind == 13) {
            // After silence: what comes by itself, a run of datagrams too.
            feed(traffic.packet(ipv4, true, 0));
            feed(traffic.shortSuperPacket(ipv4));
            return;
        }
        feed(
                kind == 10
                        ? traffic.smallDatagrams(ipv4, SMALL_DATAGRAMS)
                        : traffic.superPacket(ipv4, tcp, number));
        feed(traffic.packet(ipv4, true, 0));
        if ((kind & 3) == 3) {
            feed(traffic.packet(ipv4, false, 64));
            feed(traffic.packet(ipv4, true, 100 + (number >>> 2 & 3)));
            feed(traffic.echo(ipv4));
        }
    }

    /** Two flows at once, one of which has lost something. */
    private void interleaved(boolean ipv4) {
        for (int i = 0; i < 2; i++) {
            traffic.flow(0);
            feed(traffic.packet(ipv4, true, INTERLEAVED_BYTES));
            traffic.flow(1);
            feed(traffic.packet(ipv4, true, INTERLEAVED_BYTES));
            traffic.skip();
        }
        feed(traffic.packet(ipv4, true, 0));
        feed(traffic.flagged(ipv4, TcpHeader.PSH, INTERLEAVED_BYTES));
        traffic.flow(0);
        feed(traffic.flagged(ipv4, TcpHeader.PSH, INTERLEAVED_BYTES));
        feed(traffic.packet(ipv4, true, INTERLEAVED_BYTES));
        feed(traffic.flagged(ipv4, TcpHeader.FIN, INTERLEAVED_BYTES));
    }

    private void send() {
        while (!feed.isDone()) {
            int sent = feeder.send(feed);
            if (sent <= 0) {
                throw new IllegalStateException("loopback does not work");
            }
            feed.advance(sent);
        }
        feed.clear();
    }

    /**
     * Takes turns until everything has arrived.
     *
     * @param asleep whether both are to be found asleep by what comes. A quiet tunnel's packets
     *     find their threads so, and that path matters to them most.
     * @param sending what packets to be sent are looked up in
     * @param receiving and those that were received
     */
    private void move(boolean asleep, PrefixTable<Peer> sending, PrefixTable<Peer> receiving) {
        int turns = 0;
        do {
            if (asleep && isReadable(tunPoller)) {
                out.awaitWork(1);
            }
            if (asleep) {
                peer.clearKeepaliveDue();
            }
            peers.publish(sending);
            outbound.take(1, 0);
            peers.publish(receiving);
            if (asleep && isReadable(poller)) {
                in.awaitWork(1);
            }
            if (asleep) {
                peer.clearAwaitingReply();
            } else {
                peer.noteDataReceived(parts.clock().nanoTime(), 0, 0);
            }
            inbound.take(1, 0);
        } while (isOnTheWay() && ++turns < TURNS_MAX);
    }

    /** Whether something has not yet been read, or was sealed and neither opened nor dropped. */
    private boolean isOnTheWay() {
        return counters.sum(Counter.TUN_READS) < fed
                || counters.sum(Counter.PACKETS_SEALED)
                        > counters.sum(Counter.PACKETS_OPENED)
                                + counters.sum(Counter.DROP_WRONG_SOURCE);
    }

    /** So that no sleep lasts: it is not for ever that loopback has what was sent. */
    private static boolean isReadable(Poller poller) {
        poller.awaitReadable(0);
        return poller.takeReadable();
    }

    private void feed(int length) {
        fed++;
        feed.copyIn(traffic.memory(), 0, length, outside);
    }
}
