package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.UdpSender;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Session;
import dev.taltun.noise.TestSessions;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;
import dev.taltun.testing.ManualClock;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboundTest {
    private static final int MTU = 1420;
    private static final int STAGED = 5;

    private final ManualClock clock = new ManualClock();
    private final Node a = new Node(1, clock, MTU, new Offloads(64, true, true), STAGED);
    private final Node b = new Node(2, clock, MTU, new Offloads(64, true, true));
    private final Peer peer = a.addPeer(2);
    private final Peer back = b.addPeer(1);

    @BeforeEach
    void connect() {
        Node.connect(a, peer, b, back);
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private static Packet packet(int size) {
        Packet p = Packet.tcp4().payload(size, 1);
        p.source = 0x101;
        p.destination = 0x201;
        return p;
    }

    /** ::10.0.2.1 has the bits of 10.0.2.1, and is another address. */
    @Test
    void addressesOfTheTwoFamiliesAreNotMistakenForEachOther() {
        Packet v6 = packet(50);
        v6.ipv6 = true;
        byte[] alias = v6.build();
        java.util.Arrays.fill(alias, 24, 36, (byte) 0);
        Model.put32(alias, 36, 0x0a000201);
        a.tun.offer(packet(50).build());
        a.tun.offer(alias);
        a.work();
        assertEquals(1, a.count(Counter.DROP_NO_PEER));
        assertEquals(1, a.udp.sent.size());
    }

    private void dropped(Counter reason) {
        long before = a.count(reason);
        a.work();
        assertEquals(before + 1, a.count(reason), reason.name());
        assertTrue(a.udp.sent.isEmpty());
    }

    private static List<byte[]> arrivedAt(Node node) {
        node.work();
        List<byte[]> packets = new ArrayList<>(node.tun.packets);
        node.tun.packets.clear();
        return packets;
    }

    @Test
    void sealsAndCredits() {
        byte[] packet = packet(100).build();
        a.tun.offer(packet);
        a.work();
        assertEquals(1, a.count(Counter.TUN_READS));
        assertEquals(1, a.count(Counter.PACKETS_SEALED));
        assertEquals(1, peer.txPackets());
        assertEquals(144 + 32, peer.txBytes());
        assertEquals(clock.nanoTime(), peer.lastSent());
        assertEquals(clock.nanoTime(), peer.awaitingReplySince());
        assertSame(peer, a.control.pollRequest());
        assertEquals(Peer.TIMERS_STARTED, peer.takeRequests());
        a.deliverTo(b);
        assertArrayEquals(packet, arrivedAt(b).getFirst());
        a.tun.offer(packet);
        a.work();
        assertNull(a.control.pollRequest(), "the timer runs already");
    }

    @Test
    void whatCannotGoIsCounted() {
        Packet nobody = packet(10);
        nobody.destination = 0x901;
        a.tun.offer(nobody.build());
        dropped(Counter.DROP_NO_PEER);
        nobody.ipv6 = true;
        a.tun.offer(nobody.build());
        dropped(Counter.DROP_NO_PEER);
        for (int length : new int[] {0, 1, 19}) {
            a.tun.offer(java.util.Arrays.copyOf(packet(10).build(), length));
            dropped(Counter.DROP_NOT_IP);
        }
        a.tun.offerRaw(new byte[4], new byte[0]);
        dropped(Counter.DROP_NOT_IP);
        Packet v6 = packet(10);
        v6.ipv6 = true;
        a.tun.offer(java.util.Arrays.copyOf(v6.build(), 39));
        dropped(Counter.DROP_NOT_IP);
        byte[] other = packet(10).build();
        other[0] = 0x55;
        a.tun.offer(other);
        dropped(Counter.DROP_NOT_IP);
        a.tun.offerRaw(FakeTun.header(3, 40, 5, 20, 36), packet(10).build());
        dropped(Counter.DROP_BAD_OFFLOAD);
        a.tun.offerRaw(FakeTun.header(0, 40, 5, 20, 600), packet(10).build());
        dropped(Counter.DROP_BAD_OFFLOAD);
        peer.setEndpoint(null);
        a.tun.offer(packet(10).build());
        dropped(Counter.DROP_NO_ENDPOINT);
        assertEquals(0, peer.txPackets());
    }

    @Test
    void withoutSessionPacketsWaitForTheHandshake() {
        peer.publishSession(null);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < STAGED + 3; i++) {
            byte[] packet = packet(MTU - 40 - i).build();
            packets.add(packet);
            a.tun.offer(packet);
        }
        a.work();
        assertSame(peer, a.control.pollRequest());
        assertEquals(Peer.WANT_HANDSHAKE, peer.takeRequests());
        assertNull(a.control.pollRequest());
        assertEquals(3, a.count(Counter.DROP_NO_SESSION));
        for (int i = 0; i < STAGED; i++) {
            StagedPacket staged = a.control.pollStaged();
            assertSame(peer, staged.peer());
            assertEquals(packets.get(i).length, staged.length());
            MemorySegment memory = staged.memory();
            assertTrue(memory.byteSize() >= staged.length() + 16, "room for padding");
            byte[] copy = memory.asSlice(0, staged.length()).toArray(Layouts.BYTE);
            assertArrayEquals(packets.get(i), copy);
            staged.release();
            for (long at = 0; at < memory.byteSize(); at++) {
                assertEquals(0, memory.get(Layouts.BYTE, at), "wiped");
            }
        }
        assertNull(a.control.pollStaged());
        // Released ones can be taken again, and the wish can be made again.
        a.tun.offer(packets.getFirst());
        a.work();
        assertEquals(packets.getFirst().length, a.control.pollStaged().length());
        assertSame(peer, a.control.pollRequest());
    }

    /** Else it would overtake them: they are the control agent's to send. */
    @Test
    void whatFollowsStagedPacketsWaitsUntilTheyHaveLeft() {
        Session session = peer.session();
        peer.publishSession(null);
        a.tun.offer(packet(10).build());
        a.work();
        peer.publishSession(session);
        a.tun.offer(packet(11).build());
        a.work();
        assertTrue(a.udp.sent.isEmpty());
        StagedPacket first = a.control.pollStaged();
        StagedPacket second = a.control.pollStaged();
        assertEquals(50, first.length());
        assertEquals(51, second.length());
        first.release();
        assertTrue(peer.hasStaged());
        second.release();
        assertFalse(peer.hasStaged());
        a.tun.offer(packet(12).build());
        a.work();
        assertEquals(1, a.udp.sent.size());
    }

    @Test
    void packetsThatHadNoRoomToWaitAreNotWaitedFor() {
        Session session = peer.session();
        peer.publishSession(null);
        for (int i = 0; i < STAGED + 1; i++) {
            a.tun.offer(packet(10).build());
        }
        a.work();
        for (int i = 0; i < STAGED; i++) {
            a.control.pollStaged().release();
        }
        assertFalse(peer.hasStaged());
        peer.publishSession(session);
        a.tun.offer(packet(10).build());
        a.work();
        assertEquals(1, a.udp.sent.size());
    }

    /** A flood that is never caught up with. */
    @Test
    void aSecondAfterTheHandshakeNobodyWaitsForOthers() {
        Session session = peer.session();
        peer.publishSession(null);
        a.tun.offer(packet(10).build());
        a.work();
        peer.publishSession(session);
        clock.advanceNanos(1_000_000_000);
        a.tun.offer(packet(11).build());
        a.work();
        assertEquals(1, a.udp.sent.size());
    }

    @Test
    void aSuperPacketIsStagedInPieces() {
        peer.publishSession(null);
        a.tun.offerSuper(packet(3000), 1300);
        a.work();
        int[] lengths = {1340, 1340, 440};
        for (int length : lengths) {
            assertEquals(length, a.control.pollStaged().length());
        }
        assertNull(a.control.pollStaged());
    }

    @Test
    void whatIsLargerThanTheMtuCannotBeStaged() {
        peer.publishSession(null);
        a.tun.offer(packet(MTU - 39).build());
        dropped(Counter.DROP_NO_SESSION);
        a.tun.offer(packet(MTU - 40).build());
        a.work();
        assertEquals(MTU, a.control.pollStaged().length());
    }

    @Test
    void anExpiredSessionIsNone() {
        clock.advanceNanos(Limits.REJECT_AFTER_TIME_NANOS - 1);
        a.tun.offer(packet(10).build());
        a.work();
        assertEquals(1, a.udp.sent.size());
        a.udp.sent.clear();
        peer.takeRequests();
        a.control.pollRequest();
        clock.advanceNanos(1);
        a.tun.offer(packet(10).build());
        a.work();
        assertTrue(a.udp.sent.isEmpty());
        assertEquals(50, a.control.pollStaged().length());
        assertEquals(Peer.WANT_HANDSHAKE, a.control.pollRequest().takeRequests());
    }

    private int wishesAfterSending(Node node, Peer to) {
        Packet p = packet(10);
        if (node == b) {
            p.source = 0x201;
            p.destination = 0x101;
        }
        node.tun.offer(p.build());
        node.work();
        Peer asked = node.control.pollRequest();
        return asked == null ? 0 : to.takeRequests() & Peer.WANT_HANDSHAKE;
    }

    @Test
    void onlyTheInitiatorRenewsAfterTwoMinutes() {
        clock.advanceNanos(Limits.REKEY_AFTER_TIME_NANOS - 1);
        assertEquals(0, wishesAfterSending(a, peer));
        clock.advanceNanos(1);
        assertEquals(Peer.WANT_HANDSHAKE, wishesAfterSending(a, peer));
        assertEquals(0, wishesAfterSending(b, back));
    }

    @Test
    void anyoneRenewsAfterTooManyMessages() {
        TestSessions.skipToCounter(back.session(), Limits.REKEY_AFTER_MESSAGES - 1);
        assertEquals(0, wishesAfterSending(b, back));
        assertEquals(Peer.WANT_HANDSHAKE, wishesAfterSending(b, back));
        TestSessions.skipToCounter(back.session(), Limits.REJECT_AFTER_MESSAGES);
        b.udp.sent.clear();
        wishesAfterSending(b, back);
        assertTrue(b.udp.sent.isEmpty());
        assertEquals(1, b.count(Counter.DROP_NO_SESSION));
    }

    @Test
    void peersInterleavedGetTheirOwnInOrder() {
        Node c = new Node(3, clock, MTU, new Offloads(64, true, true));
        Peer third = a.addPeer(3);
        Node.connect(a, third, c, c.addPeer(1));
        List<byte[]> toB = new ArrayList<>();
        List<byte[]> toC = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            Packet p = packet(100 + i / 7);
            p.sequence = i;
            boolean second = i % 3 == 0;
            p.destination = second ? 0x301 : 0x201;
            p.ipv6 = i % 5 == 0;
            byte[] packet = p.build();
            (second ? toC : toB).add(packet);
            a.tun.offer(packet);
            if (i % 10 == 0) {
                Packet nobody = packet(10);
                nobody.destination = 0x901;
                a.tun.offer(nobody.build());
            }
        }
        a.work();
        assertEquals(12, a.count(Counter.DROP_NO_PEER));
        assertEquals(80, peer.txPackets());
        assertEquals(40, third.txPackets());
        List<FakeUdp.Sent> sent = List.copyOf(a.udp.sent);
        a.deliverTo(b);
        a.udp.sent.addAll(sent);
        a.deliverTo(c);
        Flows.assertSame(toB, arrivedAt(b));
        Flows.assertSame(toC, arrivedAt(c));
        c.close();
    }

    @Test
    void manySegmentsFillManyBatches() {
        Packet p = packet(65_000);
        a.tun.offerSuper(p, 40);
        p.ipv6 = true;
        p.payload(64_000, 3);
        a.tun.offerSuper(p, 33);
        a.work();
        assertEquals(1625 + 1940, a.udp.sent.size());
        assertEquals(1625 + 1940, peer.txPackets());
        a.deliverTo(b);
        List<byte[]> arrived = arrivedAt(b);
        assertEquals(1625 + 1940, arrived.size());
    }

    @Test
    void whenEveryBatchIsUnderWayPacketsAreDroppedAndCounted() {
        a.udp.room = 0;
        int segments = 1625;
        int offered = 20;
        for (int i = 0; i < offered; i++) {
            a.tun.offerSuper(packet(65_000), 40);
        }
        while (a.outbound.doWork() > 0) {
            continue;
        }
        assertEquals(0, a.outbound.doWork(), "starved");
        long dropped = a.count(Counter.DROP_NO_BATCH);
        assertTrue(dropped > 0 && dropped < segments);
        int read = offered - a.tun.toRead();
        assertEquals(read * segments, dropped + a.count(Counter.PACKETS_SEALED));
        a.udp.room = Integer.MAX_VALUE;
        while (a.writer.doWork() > 0) {
            continue;
        }
        assertEquals(a.count(Counter.PACKETS_SEALED), a.udp.sent.size());
        a.work();
        assertEquals(0, a.tun.toRead());
        a.udp.sent.clear();
        byte[] packet = packet(10).build();
        a.tun.offer(packet);
        a.work();
        a.deliverTo(b);
        assertArrayEquals(packet, arrivedAt(b).getFirst(), "and it goes on as before");
    }

    @Test
    void aDeviceThatIsGoneEndsTheAgentInOneLine() {
        Node c = new Node(3, clock, MTU, new Offloads(64, true, true));
        Outbound outbound =
                new Outbound(
                        c.arena,
                        new Outbound.Parts(
                                "out",
                                (buffer, offset, length) -> -77,
                                null,
                                clock,
                                c.peers,
                                new PacketSender.Parts(
                                        c.control,
                                        new Transmitter(
                                                c.arena,
                                                2,
                                                (UdpSender) c.udp,
                                                c.writer,
                                                c.offloads,
                                                c.counters.newBlock(),
                                                true),
                                        c.offloads,
                                        c.counters.newBlock(),
                                        0,
                                        MTU,
                                        1)));
        IllegalStateException e = assertThrows(IllegalStateException.class, outbound::doWork);
        assertEquals("the interface was deleted; start again", e.getMessage());
        c.close();
    }

    /** The hub: packets of one peer must not be sealed with another peer's session. */
    @Test
    void aNewSnapshotOfPeersIsUsedAtTheNextStep() {
        a.tun.offer(packet(10).build());
        a.work();
        a.peers.publish(dev.taltun.routing.PrefixTable.empty());
        a.udp.sent.clear();
        a.tun.offer(packet(10).build());
        dropped(Counter.DROP_NO_PEER);
    }
}
