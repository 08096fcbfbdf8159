package dev.taltun.control;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Clock;
import dev.taltun.agent.Quiescence;
import dev.taltun.agent.Wakeup;
import dev.taltun.crypto.AeadProvider;
import dev.taltun.crypto.AeadProviders;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.Entropy;
import dev.taltun.crypto.SecretKey;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.Inbound;
import dev.taltun.dataplane.Offloads;
import dev.taltun.dataplane.PacketSealer;
import dev.taltun.dataplane.Transmitter;
import dev.taltun.dataplane.UdpWriter;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpSender;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Handshake;
import dev.taltun.noise.KeyFactory;
import dev.taltun.noise.Session;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.noise.Tai64n;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.PeerTable;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.MessageType;
import dev.taltun.protocol.TransportData;
import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What a hub does for handshakes of many peers, from the datagram to the datagram, on one core:
 * receiver, control agent with its queues, timers and tables, everything but the socket. {@link
 * #answer} ends with the response, {@link #complete} with the first packet of the session, for
 * which the initiators work on the same core, too, but for their initiations.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ControlHandshakeBenchmark {
    private static final int PEERS = 256;
    private static final int LANES = 3;
    private static final int INITIATORS_LANE = 2;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment scratch = arena.allocate(256, 64);
    private final Counters counters = new Counters();
    private final Quiescence quiescence = new Quiescence(2);
    private final Quiescence.Slot controlSlot = quiescence.newSlot();
    private final Quiescence.Slot inboundSlot = quiescence.newSlot();
    private final ArrayDeque<byte[]> arrivals = new ArrayDeque<>();
    private final List<byte[]> responses = new ArrayList<>();
    private final List<Handshake> initiators = new ArrayList<>();
    private final List<byte[]> initiations = new ArrayList<>();
    private final Time clock = new Time();
    private KeyFactory keys;
    private ControlAgent control;
    private Inbound inbound;

    @Setup
    public void prepare() {
        AeadProvider provider =
                AeadProviders.discover(null, System::nanoTime)
                        .choose(CipherSuite.CHACHA20_POLY1305);
        keys = (suite, key) -> provider.newKey(suite, key, LANES);
        StaticIdentity hub = new StaticIdentity(SecretKey.generate());
        List<PeerSpec> specs = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            StaticIdentity peer = new StaticIdentity(SecretKey.generate());
            initiators.add(new Handshake(peer, hub.publicKey(), null, keys, Entropy::fill));
            specs.add(
                    new PeerSpec(
                            "peer" + i,
                            peer.publicKey(),
                            null,
                            null,
                            List.of(IpPrefix.v4(0x0a000000 | i, 32)),
                            0,
                            false,
                            SuiteChoice.WIREGUARD,
                            null,
                            false,
                            PathChoice.AUTO));
        }
        compose(hub, specs);
        control.onStart();
    }

    private void compose(StaticIdentity hub, List<PeerSpec> specs) {
        IndexTable indices = new IndexTable(ControlHandshakeBenchmark::randomIndex);
        PeerTable peers = new PeerTable(PrefixTable.empty());
        Wakeup wakeup = new Wakeup();
        ControlPort port = new ControlPort(PEERS, 2, wakeup, () -> {});
        Offloads offloads = new Offloads(1, false, false);
        inbound =
                new Inbound(
                        arena,
                        new Inbound.Parts(
                                "",
                                this::receive,
                                new RxBatch(arena, 64, 2048),
                                (memory, offset, length) -> length,
                                null,
                                clock,
                                indices,
                                peers,
                                port,
                                offloads,
                                counters.newBlock(),
                                0,
                                null));
        control =
                new ControlAgent(
                        new ControlAgent.Parts(
                                clock,
                                hub,
                                peers,
                                indices,
                                port,
                                wakeup,
                                new NoSleep(),
                                BatchOutlet.of(transmitter(offloads)),
                                new PacketSealer(1, 1420),
                                keys,
                                Entropy::fill,
                                quiescence,
                                counters.newBlock(),
                                new ControlListener() {},
                                new NoNames(),
                                2,
                                PathSettings.NONE),
                        specs);
    }

    private Transmitter transmitter(Offloads offloads) {
        UdpSender sender = new Sender();
        UdpWriter writer = new UdpWriter("", sender, offloads, counters.newBlock(), null);
        return new Transmitter(arena, 4, sender, writer, offloads, counters.newBlock(), true);
    }

    private static int randomIndex() {
        byte[] bytes = new byte[Integer.BYTES];
        Entropy.fill(bytes);
        return ByteBuffer.wrap(bytes).getInt();
    }

    /** One initiation of each peer, a second after its last. */
    @Setup(Level.Invocation)
    public void initiate() {
        clock.nanos += SECOND_NANOS;
        initiations.clear();
        for (int i = 0; i < PEERS; i++) {
            Tai64n time = Tai64n.of(clock.nanos / SECOND_NANOS, 0);
            CipherSuite suite = CipherSuite.CHACHA20_POLY1305;
            initiators.get(i).createInitiation(suite, i, time, clock.nanos, scratch, 0);
            initiations.add(bytes(HandshakeInitiation.BYTES));
        }
    }

    private byte[] bytes(int length) {
        return scratch.asSlice(0, length).toArray(Layouts.BYTE);
    }

    /** The hub's part up to its response. */
    @Benchmark
    @OperationsPerInvocation(PEERS)
    public int answer() {
        responses.clear();
        arrivals.addAll(initiations);
        work();
        if (responses.size() != PEERS) {
            throw new IllegalStateException(responses.size() + " responses");
        }
        return responses.size();
    }

    /** Everything, the peers' part included but for their initiations. */
    @Benchmark
    @OperationsPerInvocation(PEERS)
    public long complete() {
        long before = counters.sum(Counter.HANDSHAKES_COMPLETED);
        answer();
        for (byte[] response : responses) {
            MemorySegment.copy(response, 0, scratch, Layouts.BYTE, 0, response.length);
            Handshake initiator = initiators.get(HandshakeResponse.receiver(scratch, 0));
            Session session = initiator.consumeResponse(scratch, 0, clock.nanos);
            TransportData.putHeader(scratch, 0, session.suite().id(), session.remoteIndex(), 0);
            int at = TransportData.HEADER_BYTES;
            session.sendKey().seal(INITIATORS_LANE, 0, scratch, at, scratch, at, 0);
            arrivals.add(bytes(TransportData.OVERHEAD_BYTES));
            session.close();
        }
        work();
        long completed = counters.sum(Counter.HANDSHAKES_COMPLETED) - before;
        if (completed != PEERS) {
            throw new IllegalStateException(completed + " handshakes");
        }
        return completed;
    }

    private void work() {
        int done = 1;
        while (done > 0) {
            done = step(inbound, inboundSlot) + step(control, controlSlot);
        }
    }

    private static int step(Agent agent, Quiescence.Slot slot) {
        slot.enter();
        int work = agent.doWork();
        slot.exit();
        return work;
    }

    private int receive(RxBatch batch) {
        batch.reset();
        while (batch.count() < batch.slots() && !arrivals.isEmpty()) {
            byte[] bytes = arrivals.remove();
            long at = batch.offset(batch.count());
            MemorySegment.copy(bytes, 0, batch.slab(), Layouts.BYTE, at, bytes.length);
            Endpoint source = new Endpoint(0, Endpoint.mapped(0xc6336401), 1000, 0, 0, 0);
            batch.add(bytes.length, bytes.length, false, source);
        }
        return batch.count();
    }

    private static final class Time implements Clock {
        private long nanos = 1;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public long epochMillis() {
            return nanos / 1_000_000;
        }
    }

    /** Keeps the responses. */
    private final class Sender implements UdpSender {
        @Override
        public int send(TxBatch batch) {
            for (int i = batch.sent(); i < batch.messages(); i++) {
                MemorySegment message = batch.slab().asSlice(batch.offset(i));
                if (message.get(Layouts.BYTE, 0) == MessageType.HANDSHAKE_RESPONSE) {
                    responses.add(
                            message.asSlice(0, HandshakeResponse.BYTES).toArray(Layouts.BYTE));
                }
            }
            return batch.messages() - batch.sent();
        }

        @Override
        public int sendSingly(TxBatch batch) {
            return send(batch);
        }
    }

    private static final class NoSleep implements Sleeper {
        @Override
        public void sleep(long maxNanos) {}

        @Override
        public void wakeUp() {}
    }

    private static final class NoNames implements NameResolver {
        @Override
        public void resolve(EndpointSpec.Named name, Consumer<Answer> answer) {}

        @Override
        public void close() {}
    }
}
