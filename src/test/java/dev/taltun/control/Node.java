package dev.taltun.control;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Quiescence;
import dev.taltun.agent.Wakeup;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.Inbound;
import dev.taltun.dataplane.Offloads;
import dev.taltun.dataplane.Outbound;
import dev.taltun.dataplane.PacketSealer;
import dev.taltun.dataplane.PacketSender;
import dev.taltun.dataplane.Transmitter;
import dev.taltun.dataplane.UdpWriter;
import dev.taltun.ffi.Errno;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpError;
import dev.taltun.io.udp.UdpSender;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Session;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import dev.taltun.testing.ManualClock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * One engine without devices: the real control agent and the real packet path, stepped on the
 * test's thread, between a wire and lists of packets.
 */
final class Node {
    static final int MTU = 1420;
    private static final int IPV4_HEADER = 20;
    private static final int EXPERIMENTAL_PROTOCOL = 253;
    private static final int OUTBOUND_LANE = 0;
    private static final int INBOUND_LANE = 1;
    private static final int CONTROL_LANE = 2;

    /** Small on purpose, so that tests can use it up. */
    static final int STAGED = 512;

    private record Arrival(byte[] bytes, Endpoint source) {}

    final int number;
    final SecretKey privateKey;
    final StaticIdentity identity;
    final Counters counters = new Counters();
    final List<TestKey> keys = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final List<Integer> received = new ArrayList<>();
    final Quiescence quiescence = new Quiescence(8);
    final PeerTable table = new PeerTable(PrefixTable.empty());
    final IndexTable indices;
    final NamesByHand names = new NamesByHand();
    final ControlAgent control;
    final Sleep sleep = new Sleep();
    private final ManualClock clock;
    private final Wire wire;
    private final ControlPort port;
    private final Inbound inbound;
    private final Outbound outbound;
    private final Quiescence.Slot inboundSlot = quiescence.newSlot();
    private final Quiescence.Slot outboundSlot = quiescence.newSlot();
    private final Quiescence.Slot controlSlot = quiescence.newSlot();
    private final ArrayDeque<byte[]> toSend = new ArrayDeque<>();
    private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>();
    private Endpoint address;

    /** False while the socket is full. */
    boolean batchesLeft = true;

    /** Answers questions for names when the test says so. */
    static final class NamesByHand implements NameResolver {
        final List<EndpointSpec.Named> asked = new ArrayList<>();
        private final ArrayDeque<Consumer<Answer>> open = new ArrayDeque<>();

        @Override
        public void resolve(EndpointSpec.Named name, Consumer<Answer> answer) {
            asked.add(name);
            open.add(answer);
        }

        void answer(Endpoint... endpoints) {
            open.remove().accept(new Answer(List.of(endpoints), null));
        }

        void fail(String reason) {
            open.remove().accept(new Answer(List.of(), reason));
        }

        @Override
        public void close() {
            open.clear();
        }
    }

    Node(int number, SecretKey privateKey, Lab lab, List<PeerSpec> peers) {
        this.number = number;
        this.privateKey = privateKey;
        clock = lab.clock;
        wire = lab.wire;
        address = outer(number);
        wire.attach(address, this);
        Random random = new Random(lab.random.nextLong());
        identity = new StaticIdentity(privateKey);
        indices = new IndexTable(random::nextInt);
        Arena arena = Arena.ofAuto();
        Wakeup wakeup = new Wakeup();
        port = new ControlPort(Math.max(64, peers.size()), STAGED, wakeup, sleep::wakeUp);
        Offloads offloads = new Offloads(1, false, false);
        outbound =
                new Outbound(
                        arena,
                        new Outbound.Parts(
                                "out",
                                this::tunRead,
                                null,
                                clock,
                                table,
                                new PacketSender.Parts(
                                        port,
                                        transmitter(arena, offloads),
                                        offloads,
                                        counters.newBlock(),
                                        OUTBOUND_LANE,
                                        MTU,
                                        STAGED)));
        inbound =
                new Inbound(
                        arena,
                        new Inbound.Parts(
                                "in",
                                this::udpReceive,
                                new RxBatch(arena, 64, 2048),
                                this::tunWrite,
                                null,
                                clock,
                                indices,
                                table,
                                port,
                                offloads,
                                counters.newBlock(),
                                INBOUND_LANE,
                                null));
        control =
                new ControlAgent(
                        new ControlAgent.Parts(
                                clock,
                                identity,
                                table,
                                indices,
                                port,
                                wakeup,
                                sleep,
                                outlet(transmitter(arena, offloads)),
                                new PacketSealer(CONTROL_LANE, MTU),
                                this::newKey,
                                random::nextBytes,
                                quiescence,
                                counters.newBlock(),
                                new Events(),
                                names,
                                STAGED,
                                PathSettings.NONE),
                        peers);
    }

    private TestKey newKey(CipherSuite suite, byte[] bytes) {
        TestKey made = new TestKey(suite, bytes);
        keys.add(made);
        return made;
    }

    /** Does not sleep, but tells how long it would have. */
    static final class Sleep implements Sleeper {
        /** The last sleep, or -1. */
        long nanos = -1;

        int wakeUps;
        Runnable meanwhile = () -> {};

        @Override
        public void sleep(long maxNanos) {
            nanos = maxNanos;
            meanwhile.run();
        }

        @Override
        public void wakeUp() {
            wakeUps++;
        }
    }

    private BatchOutlet outlet(Transmitter transmitter) {
        return new BatchOutlet() {
            @Override
            public TxBatch take() {
                return batchesLeft ? transmitter.take() : null;
            }

            @Override
            public void submit(TxBatch batch) {
                transmitter.submit(batch);
            }
        };
    }

    private Transmitter transmitter(Arena arena, Offloads offloads) {
        UdpSender sender = new Sender();
        Counters.Block block = counters.newBlock();
        UdpWriter writer = new UdpWriter("writer", sender, offloads, block, null);
        return new Transmitter(arena, 4, sender, writer, offloads, block, true);
    }

    /** Puts what is sent on the wire. */
    private final class Sender implements UdpSender {
        @Override
        public int send(TxBatch batch) {
            for (int i = batch.sent(); i < batch.messages(); i++) {
                int size = batch.segmentSize(i);
                for (int done = 0; done < batch.length(i); done += size) {
                    byte[] bytes = new byte[Math.min(size, batch.length(i) - done)];
                    MemorySegment.copy(
                            batch.slab(),
                            Layouts.BYTE,
                            batch.offset(i) + done,
                            bytes,
                            0,
                            bytes.length);
                    wire.send(
                            new Wire.Datagram(
                                    clock.nanoTime(),
                                    Node.this,
                                    address,
                                    batch.destination(i),
                                    bytes));
                }
            }
            return batch.messages() - batch.sent();
        }

        @Override
        public int sendSingly(TxBatch batch) {
            throw new AssertionError("no runs here");
        }
    }

    /** Where node n is on the wire at first. */
    static Endpoint outer(int n) {
        return outer(n, 51820);
    }

    static Endpoint outer(int n, int port) {
        return new Endpoint(0, Endpoint.mapped(0xc0000200 | n), port, 0, 0, 0);
    }

    /** The address of node n inside the tunnel. */
    static int inner(int n) {
        return 0x0a000000 | n;
    }

    static IpPrefix innerPrefix(int n) {
        return IpPrefix.v4(inner(n), 32);
    }

    PublicKey publicKey() {
        return identity.publicKey();
    }

    Endpoint address() {
        return address;
    }

    /** The node sends from another address from now on, and is reached there only. */
    void moveTo(Endpoint next) {
        wire.detach(address);
        address = next;
        wire.attach(address, this);
    }

    /** The peer object for another node, as packet threads see it. */
    Peer peer(Node other) {
        return table.routes().lookup4(inner(other.number));
    }

    Session session(Node other) {
        return peer(other).session();
    }

    /** An inner packet for another node, with a number in it. */
    void send(Node other, int payload) {
        send(other, payload, 64);
    }

    void send(Node other, int payload, int length) {
        byte[] packet = new byte[length];
        ByteBuffer.wrap(packet)
                .put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) length)
                .putInt(0)
                .put((byte) 64)
                .put((byte) EXPERIMENTAL_PROTOCOL)
                .putShort((short) 0)
                .putInt(inner(number))
                .putInt(inner(other.number))
                .putInt(payload);
        toSend.add(packet);
    }

    private int tunRead(MemorySegment buffer, long offset, int length) {
        byte[] packet = toSend.poll();
        if (packet == null) {
            return 0;
        }
        VirtioNetHeader.setPlain(buffer, offset);
        MemorySegment.copy(
                packet, 0, buffer, Layouts.BYTE, offset + VirtioNetHeader.BYTES, packet.length);
        return VirtioNetHeader.BYTES + packet.length;
    }

    private int tunWrite(MemorySegment memory, long offset, int length) {
        byte[] packet = memory.asSlice(offset, length).toArray(Layouts.BYTE);
        received.add(ByteBuffer.wrap(packet).getInt(VirtioNetHeader.BYTES + IPV4_HEADER));
        return length;
    }

    /** A datagram comes in at an address of ours. */
    void arrives(byte[] bytes, Endpoint source, Endpoint to) {
        Endpoint seen =
                new Endpoint(
                        source.high(),
                        source.low(),
                        source.port(),
                        source.scope(),
                        to.high(),
                        to.low());
        arrivals.add(new Arrival(bytes, seen));
    }

    private int udpReceive(RxBatch batch) {
        batch.reset();
        while (batch.count() < batch.slots() && !arrivals.isEmpty()) {
            Arrival arrival = arrivals.remove();
            MemorySegment.copy(
                    arrival.bytes,
                    0,
                    batch.slab(),
                    Layouts.BYTE,
                    batch.offset(batch.count()),
                    arrival.bytes.length);
            int length = arrival.bytes.length;
            batch.add(length, length, false, arrival.source);
        }
        return batch.count();
    }

    /** The host that a datagram was sent to says that nobody listens there. */
    void refused(Wire.Datagram datagram) {
        UdpError error = new UdpError(Arena.ofAuto());
        error.set(Errno.ECONNREFUSED, true, datagram.to(), datagram.bytes());
        port.error(error);
    }

    int stepInbound() {
        return step(inbound, inboundSlot);
    }

    int stepOutbound() {
        return step(outbound, outboundSlot);
    }

    int stepControl() {
        return step(control, controlSlot);
    }

    private static int step(Agent agent, Quiescence.Slot slot) {
        slot.enter();
        try {
            return agent.doWork();
        } finally {
            slot.exit();
        }
    }

    long count(Counter counter) {
        return counters.sum(counter);
    }

    boolean told(String start) {
        return timesTold(start) > 0;
    }

    long timesTold(String start) {
        return events.stream().filter(event -> event.startsWith(start)).count();
    }

    /** Writes down what the user would be told. */
    private final class Events implements ControlListener {
        @Override
        public void handshakeComplete(
                Peer peer, Endpoint endpoint, Session session, boolean first) {
            events.add(
                    (first ? "first " : "rekey ")
                            + peer.name()
                            + (session.initiator() ? " initiator " : " responder ")
                            + Wire.key(endpoint));
        }

        @Override
        public void peerSilent(Peer peer, Endpoint endpoint, long seconds) {
            events.add("silent " + peer.name() + " " + seconds);
        }

        @Override
        public void peerAnswersAgain(Peer peer, Endpoint endpoint) {
            events.add("answers " + peer.name());
        }

        @Override
        public void peerRoamed(Peer peer, Endpoint from, Endpoint to) {
            events.add("roamed " + peer.name() + " " + Wire.key(from) + " " + Wire.key(to));
        }

        @Override
        public void handshakeGaveUp(Peer peer, Endpoint endpoint, int dropped) {
            events.add("gave up " + peer.name() + " " + dropped);
        }

        @Override
        public void responseNotAuthentic(Peer peer, Endpoint source) {
            events.add("not authentic " + peer.name());
        }

        @Override
        public void unknownPeer(PublicKey claimed, Endpoint source) {
            events.add("unknown " + claimed);
        }

        @Override
        public void nameUnresolved(Peer peer, EndpointSpec.Named name, String reason) {
            events.add("unresolved " + name.host() + " " + reason);
        }

        @Override
        public void nameResolved(Peer peer, EndpointSpec.Named name, Endpoint endpoint) {
            events.add("resolved " + name.host() + " " + Wire.key(endpoint));
        }
    }

    @Override
    public String toString() {
        return "node" + number;
    }
}
