package dev.taltun.dataplane;

import dev.taltun.agent.Wakeup;
import dev.taltun.crypto.Blake2s;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.io.Poller;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Mac1Checker;
import dev.taltun.noise.Session;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import dev.taltun.testing.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * The whole packet path of one engine over devices in memory, without threads: a test calls {@code
 * doWork()}. Peer number n has the inner addresses 10.0.n.0/24 and fd00::n00/120.
 */
final class Node implements AutoCloseable {
    static final int BATCHES = 8;

    final Arena arena = Arena.ofShared();
    private final Poller poller = poller(arena);
    final FakeTun tun = new FakeTun();
    final FakeUdp udp = new FakeUdp();
    final int number;
    final Counters counters = new Counters();
    final ManualClock clock;
    final Offloads offloads;
    final IndexTable indices;
    final PeerTable peers = new PeerTable(PrefixTable.empty());
    final ControlPort control = new ControlPort(64, 64, new Wakeup(), () -> {});
    final UdpWriter writer;
    final Outbound outbound;
    final Inbound inbound;

    /** Where this node's datagrams come from. */
    final Endpoint address;

    Node(int number, ManualClock clock, int mtu, Offloads offloads) {
        this(number, clock, mtu, offloads, 64);
    }

    Node(int number, ManualClock clock, int mtu, Offloads offloads, int staged) {
        this(number, clock, mtu, offloads, staged, null);
    }

    /** A node that decides about packets for others, if there are rules for that. */
    Node(
            int number,
            ManualClock clock,
            int mtu,
            Offloads offloads,
            int staged,
            Forwarding forwarding) {
        control.marks(() -> new Mac1Checker(key(number)));
        this.number = number;
        this.clock = clock;
        this.offloads = offloads;
        Random random = new Random(number);
        indices = new IndexTable(random::nextInt);
        address = new Endpoint(0, Endpoint.mapped(0xc0000200 | number), 51820, 0, 0, 0);
        writer = new UdpWriter("writer", udp, offloads, counters.newBlock(), null);
        outbound =
                new Outbound(
                        arena,
                        new Outbound.Parts(
                                "out",
                                tun,
                                poller,
                                clock,
                                peers,
                                sending(counters.newBlock(), 0, mtu, staged)));
        RxBatch batch = new RxBatch(arena, 64, 65_536);
        Counters.Block inboundCounters = counters.newBlock();
        Relay relay =
                forwarding == null
                        ? null
                        : new Relay(arena, forwarding, sending(inboundCounters, 1, mtu, staged));
        inbound =
                new Inbound(
                        arena,
                        new Inbound.Parts(
                                "in",
                                udp,
                                batch,
                                tun,
                                poller,
                                clock,
                                indices,
                                peers,
                                control,
                                offloads,
                                inboundCounters,
                                1,
                                relay));
    }

    private static Poller poller(Arena arena) {
        try {
            return new Poller(arena, -1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PacketSender.Parts sending(Counters.Block block, int lane, int mtu, int staged) {
        Transmitter transmitter =
                new Transmitter(arena, BATCHES, udp, writer, offloads, block, true);
        return new PacketSender.Parts(control, transmitter, offloads, block, lane, mtu, staged);
    }

    private static PublicKey key(int number) {
        byte[] key = new byte[PublicKey.BYTES];
        key[0] = (byte) number;
        return PublicKey.copyOf(key);
    }

    /** Marks a handshake message as from somebody who knows this node's key. */
    void mark(byte[] message) {
        byte[] label = "mac1----".getBytes(StandardCharsets.US_ASCII);
        byte[] hashed = Blake2s.hash(label, key(number).toBytes());
        int at = message.length - 32;
        byte[] mac = Blake2s.keyed(hashed, 16, Arrays.copyOf(message, at));
        System.arraycopy(mac, 0, message, at, mac.length);
    }

    /** A peer with its inner addresses, without endpoint and session. */
    Peer addPeer(int number) {
        Peer peer = new Peer(key(number), "peer" + number);
        IpPrefix v4 = IpPrefix.v4(0x0a000000 | number << 8, 24);
        IpPrefix v6 = IpPrefix.v6(0xfd00_0000_0000_0000L, number << 8, 120);
        peers.publish(peers.routes().with(v4, peer).with(v6, peer));
        return peer;
    }

    /** Gives two nodes a session, as a handshake would that {@code a} initiated. */
    static void connect(Node a, Peer ofA, Node b, Peer ofB, CipherSuite suite) {
        int indexA = a.indices.allocate(ofA);
        int indexB = b.indices.allocate(ofB);
        long key = (long) indexA << 32 | indexB & 0xffff_ffffL;
        long now = a.clock.nanoTime();
        TestKey there = new TestKey(key);
        TestKey back = new TestKey(~key);
        Session sa = new Session(suite, indexA, indexB, true, now, there, back);
        Session sb = new Session(suite, indexB, indexA, false, now, back, there);
        a.indices.publish(ofA, sa);
        b.indices.publish(ofB, sb);
        ofA.publishSession(sa);
        ofB.publishSession(sb);
        ofA.setEndpoint(b.address);
        ofB.setEndpoint(a.address);
    }

    static void connect(Node a, Peer ofA, Node b, Peer ofB) {
        connect(a, ofA, b, ofB, CipherSuite.CHACHA20_POLY1305);
    }

    long count(Counter counter) {
        return counters.sum(counter);
    }

    /** Lets everything happen that this node can do by itself. */
    void work() {
        while (outbound.doWork() + inbound.doWork() + writer.doWork() > 0) {
            continue;
        }
    }

    /** Carries what this node sent to another node. */
    void deliverTo(Node other) {
        for (FakeUdp.Sent sent : udp.sent) {
            if (sent.to().sameRemote(other.address)) {
                other.udp.offer(sent.data(), address);
            }
        }
        udp.sent.clear();
    }

    @Override
    public void close() {
        poller.close();
        arena.close();
    }
}
