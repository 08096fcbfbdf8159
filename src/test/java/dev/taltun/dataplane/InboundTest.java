package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.ffi.Errno;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Session;
import dev.taltun.noise.TestSessions;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;
import dev.taltun.testing.ManualClock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InboundTest {
    private static final int MTU = 1420;

    private final ManualClock clock = new ManualClock();
    private final Node a = new Node(1, clock, MTU, new Offloads(64, true, true));
    private final Node b = new Node(2, clock, MTU, new Offloads(64, true, true));
    private final Peer ofA = a.addPeer(2);
    private final Peer ofB = b.addPeer(1);

    @BeforeEach
    void connect() {
        Node.connect(a, ofA, b, ofB);
        ofA.takeRequests();
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    /** A packet from a's network to b's. */
    private static Packet packet(int size) {
        Packet p = Packet.udp4().payload(size, 1);
        p.source = 0x101;
        p.destination = 0x201;
        return p;
    }

    /** What a makes of a packet. */
    private byte[] sealed(byte[] packet) {
        a.tun.offer(packet);
        a.work();
        return a.udp.sent.removeLast().data();
    }

    private byte[] sealed() {
        return sealed(packet(100).build());
    }

    private void receive(byte[] datagram, Endpoint source) {
        b.udp.offer(datagram, source);
        assertEquals(1, b.inbound.doWork());
    }

    private void receive(byte[] datagram) {
        receive(datagram, a.address);
    }

    private void dropped(Counter reason, byte[] datagram) {
        long before = b.count(reason);
        int written = b.tun.packets.size();
        receive(datagram);
        assertEquals(before + 1, b.count(reason), reason.name());
        assertEquals(written, b.tun.packets.size());
    }

    @Test
    void deliversAndCredits() {
        byte[] packet = packet(100).build();
        receive(sealed(packet));
        assertArrayEquals(packet, b.tun.packets.getFirst());
        assertEquals(1, b.count(Counter.PACKETS_OPENED));
        assertEquals(1, b.count(Counter.TUN_WRITES));
        assertEquals(1, b.count(Counter.UDP_MESSAGES_RECEIVED));
        assertEquals(1, ofB.rxPackets());
        assertEquals(128 + 32, ofB.rxBytes());
        assertEquals(clock.nanoTime(), ofB.lastReceived());
        assertEquals(clock.nanoTime(), ofB.keepaliveDueSince());
        assertEquals(
                Peer.SESSION_CONFIRMED | Peer.TIMERS_STARTED,
                b.control.pollRequest().takeRequests());
        clock.advanceSeconds(1);
        receive(sealed(packet));
        assertNull(b.control.pollRequest(), "confirmed once, the timer runs already");
        assertEquals(clock.nanoTime() - 1_000_000_000L, ofB.keepaliveDueSince());
    }

    @Test
    void aRunOfDatagramsIsTakenApart() {
        for (int i = 0; i < 20; i++) {
            Packet p = packet(500);
            p.sequence = i;
            a.tun.offer(p.build());
        }
        a.tun.offer(packet(3).build());
        a.work();
        assertEquals(21, a.udp.sent.size());
        int size = a.udp.sent.getFirst().data().length;
        byte[] run = new byte[20 * size + a.udp.sent.getLast().data().length];
        for (int i = 0; i < 21; i++) {
            byte[] one = a.udp.sent.get(i).data();
            System.arraycopy(one, 0, run, i * size, one.length);
        }
        b.udp.offerRun(run, size, false, a.address);
        assertEquals(1, b.inbound.doWork());
        assertEquals(21, b.tun.packets.size());
        assertEquals(21, b.count(Counter.PACKETS_OPENED));
        assertEquals(21, ofB.rxPackets());
    }

    @Test
    void aKeepaliveIsNotedAndWritesNothing() {
        byte[] keepalive = new byte[32];
        Session session = ofA.session();
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            var memory = arena.allocate(64);
            memory.set(Layouts.LE_INT, 0, 4);
            memory.set(Layouts.LE_INT, 4, session.remoteIndex());
            memory.set(Layouts.LE_LONG, 8, session.reserveCounters(1));
            session.sendKey().seal(0, 0, memory, 40, memory, 16, 0);
            java.lang.foreign.MemorySegment.copy(memory, Layouts.BYTE, 0, keepalive, 0, 32);
        }
        receive(keepalive);
        assertEquals(1, b.count(Counter.KEEPALIVES_RECEIVED));
        assertEquals(0, b.count(Counter.PACKETS_OPENED));
        assertEquals(0, b.count(Counter.TUN_WRITES));
        assertEquals(1, ofB.rxPackets());
        assertEquals(32, ofB.rxBytes());
        assertEquals(0, ofB.keepaliveDueSince(), "a keepalive is not answered");
        assertEquals(Peer.SESSION_CONFIRMED, b.control.pollRequest().takeRequests());
    }

    @Test
    void whatTheWireMayBringIsCountedAndDropped() {
        byte[] good = sealed();
        for (int length = 0; length < 32; length++) {
            dropped(Counter.DROP_TOO_SHORT, java.util.Arrays.copyOf(good, length));
        }
        for (int type : new int[] {0, 5, 6, 255}) {
            byte[] other = good.clone();
            other[0] = (byte) type;
            dropped(Counter.DROP_UNKNOWN_TYPE, other);
        }
        for (int type = 1; type <= 3; type++) {
            byte[] other = good.clone();
            other[0] = (byte) type;
            dropped(Counter.DROP_TOO_SHORT, other);
        }
        for (int i = 2; i < 4; i++) {
            byte[] reserved = good.clone();
            reserved[i] = 1;
            dropped(Counter.DROP_UNKNOWN_TYPE, reserved);
        }
        for (int i = 4; i < 8; i++) {
            byte[] index = good.clone();
            index[i] ^= 64;
            dropped(Counter.DROP_UNKNOWN_INDEX, index);
        }
        for (int i = 1; i < good.length; i += i == 1 ? 7 : 1) {
            byte[] forged = good.clone();
            forged[i] ^= 1;
            dropped(Counter.DROP_NOT_AUTHENTIC, forged);
        }
        dropped(Counter.DROP_NOT_AUTHENTIC, java.util.Arrays.copyOf(good, good.length - 1));
        dropped(Counter.DROP_NOT_AUTHENTIC, java.util.Arrays.copyOf(good, good.length + 1));
        byte[] far = good.clone();
        java.util.Arrays.fill(far, 8, 16, (byte) -1);
        dropped(Counter.DROP_EXPIRED, far);
        b.udp.offerRun(good, good.length, true, a.address);
        b.inbound.doWork();
        assertEquals(1, b.count(Counter.DROP_TRUNCATED));
        // None of these may have spoiled the counter of the good one.
        receive(good);
        assertEquals(1, b.tun.packets.size());
        dropped(Counter.DROP_REPLAYED, good);
        assertEquals(1, ofB.rxPackets());
    }

    @Test
    void anIndexWhoseHandshakeIsUnderWayIsUnknown() {
        byte[] datagram = sealed();
        int index = b.indices.allocate(ofB);
        for (int i = 0; i < 4; i++) {
            datagram[4 + i] = (byte) (index >>> 8 * i);
        }
        dropped(Counter.DROP_UNKNOWN_INDEX, datagram);
        b.indices.remove(ofB.session().localIndex());
        dropped(Counter.DROP_UNKNOWN_INDEX, sealed());
    }

    @Test
    void sessionsExpire() {
        byte[] early = sealed();
        byte[] late = sealed();
        clock.advanceNanos(Limits.REJECT_AFTER_TIME_NANOS - 1);
        receive(early);
        assertEquals(1, b.tun.packets.size());
        clock.advanceNanos(1);
        dropped(Counter.DROP_EXPIRED, late);
    }

    @Test
    void theInitiatorRenewsASessionInItsLastMinuteEvenWhenItOnlyReceives() {
        b.tun.offer(backward());
        clock.advanceNanos(Limits.REJECT_AFTER_TIME_NANOS - 15_000_000_001L);
        b.work();
        b.deliverTo(a);
        a.inbound.doWork();
        assertEquals(Peer.TIMERS_STARTED, a.control.pollRequest().takeRequests());
        clock.advanceNanos(1);
        b.tun.offer(backward());
        b.work();
        b.deliverTo(a);
        a.inbound.doWork();
        assertEquals(Peer.WANT_HANDSHAKE, a.control.pollRequest().takeRequests());
        // The responder leaves that to the initiator.
        b.control.pollRequest().takeRequests();
        receive(sealed());
        int wishes = b.control.pollRequest().takeRequests();
        assertEquals(0, wishes & Peer.WANT_HANDSHAKE);
    }

    private static byte[] backward() {
        Packet p = packet(10);
        p.source = 0x201;
        p.destination = 0x101;
        return p.build();
    }

    @Test
    void innerPacketsMustBeThePeers() {
        Packet foreign = packet(50);
        foreign.source = 0x301;
        dropped(Counter.DROP_WRONG_SOURCE, sealed(foreign.build()));
        Peer third = b.addPeer(3);
        assertNotNull(third);
        dropped(Counter.DROP_WRONG_SOURCE, sealed(foreign.build()));
        Packet foreign6 = packet(50);
        foreign6.ipv6 = true;
        foreign6.source = 0x301;
        dropped(Counter.DROP_WRONG_SOURCE, sealed(foreign6.build()));
        Packet own6 = packet(50);
        own6.ipv6 = true;
        receive(sealed(own6.build()));
        receive(sealed(packet(50).build()));
        assertEquals(2, b.tun.packets.size());
        assertEquals(2, b.count(Counter.PACKETS_OPENED), "only what passed every check");
        assertEquals(5, ofB.rxPackets(), "the datagrams were the peer's all the same");
        assertEquals(0, third.rxPackets());
    }

    /** ::10.0.1.1 has the bits of 10.0.1.1, and is another address. */
    @Test
    void addressesOfTheTwoFamiliesAreNotMistakenForEachOther() {
        Packet v6 = packet(50);
        v6.ipv6 = true;
        byte[] alias = v6.build();
        java.util.Arrays.fill(alias, 8, 20, (byte) 0);
        Model.put32(alias, 20, 0x0a000101);
        byte[] first = sealed();
        byte[] second = sealed(alias);
        b.udp.offer(first, a.address);
        b.udp.offer(second, a.address);
        assertEquals(2, b.inbound.doWork());
        assertEquals(1, b.count(Counter.DROP_WRONG_SOURCE));
        assertEquals(1, b.tun.packets.size());
    }

    @Test
    void innerPacketsMustBeWhole() {
        byte[] longer = packet(50).build();
        Model.put16(longer, 2, longer.length + 20);
        dropped(Counter.DROP_INNER_NOT_IP, sealed(longer));
        byte[] headless = packet(50).build();
        headless[0] = 0x44;
        dropped(Counter.DROP_INNER_NOT_IP, sealed(headless));
        // Shorter than what was sealed: the rest is padding.
        byte[] padded = packet(50).build();
        Model.put16(padded, 2, 48);
        Model.completeIp(padded);
        receive(sealed(padded));
        assertEquals(48, b.tun.packets.getFirst().length);
    }

    @Test
    void peersRoamOnAuthenticPacketsOnly() {
        Endpoint before = ofB.endpoint();
        Endpoint other = new Endpoint(0, Endpoint.mapped(9), 7, 0, 0, Endpoint.mapped(2));
        byte[] good = sealed();
        byte[] forged = good.clone();
        forged[20] ^= 1;
        receive(forged, other);
        receive(java.util.Arrays.copyOf(good, 31), other);
        assertSame(before, ofB.endpoint());
        receive(good, other);
        assertEquals(other, ofB.endpoint());
        receive(good, before);
        assertEquals(other, ofB.endpoint(), "a replayed packet moves nobody");
        Endpoint same = ofB.endpoint();
        receive(sealed(), new Endpoint(0, Endpoint.mapped(9), 7, 0, 0, Endpoint.mapped(2)));
        assertSame(same, ofB.endpoint(), "no new object while nothing changes");
        Endpoint otherLocal = new Endpoint(0, Endpoint.mapped(9), 7, 0, 0, Endpoint.mapped(3));
        receive(sealed(), otherLocal);
        assertEquals(otherLocal, ofB.endpoint(), "the local address counts too");
    }

    @Test
    void aSettledPeerStaysWhereItIs() {
        Endpoint at = new Endpoint(0, Endpoint.mapped(9), 7, 0, 0, Endpoint.mapped(2));
        receive(sealed(), at);
        ofB.takeRequests();
        ofB.setSettled(true);
        receive(sealed(), new Endpoint(0, Endpoint.mapped(8), 7, 0, 0, Endpoint.mapped(2)));
        assertEquals(at, ofB.endpoint());
        assertEquals(Peer.ELSEWHERE, ofB.takeRequests() & Peer.ELSEWHERE);
        Endpoint otherLocal = new Endpoint(0, Endpoint.mapped(9), 7, 0, 0, Endpoint.mapped(3));
        receive(sealed(), otherLocal);
        assertEquals(otherLocal, ofB.endpoint(), "it is we who are reached otherwise");
        assertEquals(0, ofB.takeRequests() & Peer.ELSEWHERE);
    }

    @Test
    void aMessageOfTheOtherSuiteIsNotAuthentic() {
        Node.connect(a, ofA, b, ofB, CipherSuite.AES_256_GCM);
        byte[] good = sealed();
        assertEquals(1, good[1]);
        byte[] downgraded = good.clone();
        downgraded[1] = 0;
        dropped(Counter.DROP_NOT_AUTHENTIC, downgraded);
        receive(good);
        assertEquals(1, b.tun.packets.size());
    }

    @Test
    void theLastCounterIsTakenTheNextIsNot() {
        TestSessions.skipToCounter(ofA.session(), Limits.REJECT_AFTER_MESSAGES - 1);
        receive(sealed());
        assertEquals(1, b.tun.packets.size());
        a.tun.offer(packet(1).build());
        a.work();
        assertEquals(List.of(), a.udp.sent);
    }

    @Test
    void controlFramesAreCounted() {
        byte[] frame = new byte[40];
        frame[1] = 1;
        // No TUN device gives such a packet: seal it by hand.
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            var memory = arena.allocate(64);
            java.lang.foreign.MemorySegment.copy(frame, 0, memory, Layouts.BYTE, 0, 40);
            var batch = new dev.taltun.io.udp.TxBatch(arena);
            new PacketSealer(0, MTU).seal(ofA.session(), memory, 0, 40, batch, b.address, 1);
            byte[] datagram = batch.slab().asSlice(0, batch.tail()).toArray(Layouts.BYTE);
            dropped(Counter.CONTROL_FRAMES_RECEIVED, datagram);
        }
        assertEquals(0, b.count(Counter.PACKETS_OPENED));
    }

    @Test
    void errorsOfTheSocketEndItOnlyWhenItIsGone() {
        b.udp.receiveErrno = Errno.ECONNREFUSED;
        b.inbound.doWork();
        b.udp.receiveErrno = Errno.ENOMEM;
        b.inbound.doWork();
        b.udp.receiveErrno = 0;
        assertEquals(0, b.inbound.doWork());
        b.udp.receiveErrno = Errno.EBADF;
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> b.inbound.doWork());
        assertFalse(e.getMessage().contains("\n"));
    }

    /** It uses up no CPU meanwhile, and forgives when things are well again. */
    @Test
    void anErrorThatStaysEndsIt() {
        for (int round = 0; round < 3; round++) {
            b.udp.receiveErrno = Errno.ENOMEM;
            int attempts = 1;
            while (b.inbound.doWork() > 0) {
                attempts++;
                assertTrue(attempts < 100, "goes on trying without a pause");
            }
            b.udp.receiveErrno = 0;
            assertEquals(0, b.inbound.doWork());
        }
        b.udp.receiveErrno = Errno.ENOMEM;
        assertThrows(
                IllegalStateException.class,
                () -> {
                    for (int i = 0; i < 2000; i++) {
                        b.inbound.doWork();
                    }
                });
        assertTrue(b.count(Counter.UDP_RECEIVE_ERRORS) < 2000);
    }

    /** Several peers in one receive: each is credited with its own, and checked by its own. */
    @Test
    void peersInOneReceiveAreKeptApart() {
        Node c = new Node(3, clock, MTU, new Offloads(64, true, true));
        Peer ofC = c.addPeer(2);
        Peer third = b.addPeer(3);
        Node.connect(c, ofC, b, third);
        for (int i = 0; i < 10; i++) {
            byte[] fromA = sealed();
            Packet p = packet(200);
            p.source = i == 5 ? 0x101 : 0x301;
            c.tun.offer(p.build());
            c.work();
            b.udp.offer(fromA, a.address);
            b.udp.offer(c.udp.sent.removeLast().data(), c.address);
        }
        assertEquals(20, b.inbound.doWork());
        assertEquals(10, ofB.rxPackets());
        assertEquals(10, third.rxPackets());
        assertEquals(10 * 160, ofB.rxBytes());
        assertEquals(10 * 272, third.rxBytes());
        assertEquals(1, b.count(Counter.DROP_WRONG_SOURCE), "the third with the first's address");
        assertEquals(19, b.tun.packets.size());
        assertEquals(c.address, third.endpoint());
        assertEquals(a.address, ofB.endpoint());
        c.close();
    }
}
