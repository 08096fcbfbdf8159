package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;
import dev.taltun.routing.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which packets a hub passes on, which it answers, and which it drops. */
class RelayTest extends HubLab {
    @Test
    void passesOnWhatIsForAnotherPeer() {
        Packet there = packet(1, 2, 100);
        Packet six = packet(1, 3, 100);
        six.ipv6 = true;
        send(1, there.build(), six.build());
        assertArrayEquals(hop(there), spoke(2).tun.packets.getFirst());
        assertArrayEquals(hop(six), spoke(3).tun.packets.getFirst());
        assertEquals(List.of(), hub.tun.packets, "nothing touches the hub's TUN");
        assertEquals(2, hub.count(Counter.PACKETS_RELAYED));
        assertEquals(2, hub.count(Counter.PACKETS_OPENED));
        assertEquals(2, hub.count(Counter.PACKETS_SEALED));
        Peer first = ofHub.get(0);
        Peer second = ofHub.get(1);
        assertEquals(2, first.rxPackets());
        assertEquals(0, first.txPackets());
        assertEquals(1, second.txPackets());
        assertEquals(128 + 32, second.txBytes());
        assertEquals(hubOf.get(1).rxBytes(), second.txBytes());
        assertEquals(clock.nanoTime(), second.lastSent());
        assertEquals(clock.nanoTime(), second.awaitingReplySince());
    }

    @Test
    void keepsWhatIsItsOwnAndDropsWhatIsNobodys() {
        Packet own = packet(1, 9, 10);
        send(1, own.build());
        assertArrayEquals(own.build(), hub.tun.packets.removeFirst());
        own.ipv6 = true;
        send(1, own.build());
        assertArrayEquals(own.build(), hub.tun.packets.removeFirst());
        assertDropped(Counter.DROP_NOT_FOR_US, 1, packet(1, 77, 10).build());
        assertTold(1, 3, 0, 0);
        Packet neighbour = packet(1, 9, 10);
        neighbour.destination++;
        assertDropped(Counter.DROP_NOT_FOR_US, 1, neighbour.build());
    }

    @Test
    void aGatewayGivesTheRestToItsKernel() {
        connect(Forwarding.of(true, true, VIPS), MTU);
        byte[] away = packet(1, 77, 10).build();
        send(1, away);
        assertArrayEquals(away, hub.tun.packets.removeFirst());
        takesAll(1);
        send(1, away);
        assertArrayEquals(away, hub.tun.packets.removeFirst(), "its default says nothing of ours");
        send(1, packet(1, 2, 10).build());
        assertEquals(1, hub.count(Counter.PACKETS_RELAYED), "a gateway relays all the same");
    }

    private void takesAll(int spoke) {
        for (String prefix : List.of("0.0.0.0/0", "::/0")) {
            IpPrefix all = IpPrefix.parse(prefix);
            hub.peers.publish(hub.peers.routes().with(all, ofHub.get(spoke - 1)));
        }
    }

    /** Its kernel's route to both leads to TUN: they would go round until they are too old. */
    @Test
    void aGatewaysKernelGetsNothingThatItWouldGiveBack() {
        for (boolean ipv6 : List.of(false, true)) {
            connect(Forwarding.of(true, true, VIPS), MTU);
            Packet nobodys = packet(1, 9, 10);
            nobodys.ipv6 = ipv6;
            nobodys.destination++;
            assertDropped(Counter.DROP_NOT_FOR_US, 1, nobodys.build());
            assertTold(1, ipv6 ? 1 : 3, 0, 0);
            takesAll(1);
            assertDropped(Counter.DROP_RELAY_BACK, 1, nobodys.build());

            connect(Forwarding.of(true, true, VIPS), MTU);
            Packet back = packet(1, 1, 10);
            back.ipv6 = ipv6;
            assertDropped(Counter.DROP_RELAY_BACK, 1, back.build());
            assertTold(1, ipv6 ? 1 : 3, 0, 0);
        }
    }

    /** What is next door is, even where the VIP's network reaches over it. */
    @Test
    void aGatewaysNetworkInsideTheTunnelsIsNearer() {
        NearNetworks near = new NearNetworks();
        connect(Forwarding.of(true, near, VIPS), MTU);
        near.publish(List.of(IpPrefix.parse("10.0.9.128/25"), IpPrefix.parse("fd00::980/121")));
        for (boolean ipv6 : List.of(false, true)) {
            Packet lan = packet(1, 9, 10);
            lan.ipv6 = ipv6;
            lan.destination += 0x81;
            send(1, lan.build());
            assertArrayEquals(lan.build(), hub.tun.packets.removeFirst());
        }
    }

    /** The longer prefix wins, as in the kernel: the network next door is not a peer's. */
    @Test
    void aGatewaysOwnNetworksAreNearerThanAPeerThatTakesEverything() {
        NearNetworks near = new NearNetworks();
        connect(Forwarding.of(true, near, VIPS), MTU);
        // The second spoke takes everything, and half of the network 77.
        takesAll(2);
        for (String prefix : List.of("10.0.77.128/25", "fd00::4d80/121")) {
            IpPrefix all = IpPrefix.parse(prefix);
            hub.peers.publish(hub.peers.routes().with(all, ofHub.get(1)));
        }
        for (boolean ipv6 : List.of(false, true)) {
            Packet lan = packet(1, 77, 10);
            lan.ipv6 = ipv6;
            Packet half = lan.copy();
            half.destination += 0x80;
            near.publish(List.of());
            send(1, lan.build());
            assertEquals(1, spoke(2).tun.packets.size());
            near.publish(List.of(IpPrefix.parse("10.0.77.0/24"), IpPrefix.parse("fd00::4d00/120")));
            send(1, lan.build());
            assertEquals(1, spoke(2).tun.packets.size());
            assertArrayEquals(lan.build(), hub.tun.packets.removeFirst());
            send(1, half.build());
            assertEquals(2, spoke(2).tun.packets.size());
            assertEquals(List.of(), hub.tun.packets);
            spoke(2).tun.packets.clear();
        }
    }

    @Test
    void neverBackToWhereItCameFrom() {
        assertDropped(Counter.DROP_RELAY_BACK, 1, packet(1, 1, 10).build());
        assertTold(1, 3, 0, 0);
    }

    @Test
    void groupsAreNotPassedOn() {
        for (int destination : new int[] {0xe00000fb, -1, 0x0a0009ff}) {
            byte[] packet = packet(1, 9, 10).build();
            Model.put32(packet, 16, destination);
            Model.completeIp(packet);
            send(1, packet);
        }
        Packet p = packet(1, 9, 10);
        p.ipv6 = true;
        byte[] six = p.build();
        Model.put32(six, 24, 0xff020000);
        // Some peer has it among its addresses.
        hub.peers.publish(hub.peers.routes().with(IpPrefix.parse("ff00::/8"), ofHub.get(1)));
        send(1, six);
        assertEquals(4, hub.count(Counter.PACKETS_TO_GROUPS));
        assertEquals(4, hub.tun.packets.size());
        assertEquals(0, hub.count(Counter.PACKETS_RELAYED));
    }

    @Test
    void addressesOfOneLinkStayThere() {
        hub.peers.publish(
                hub.peers
                        .routes()
                        .with(IpPrefix.parse("169.254.0.0/16"), ofHub.get(1))
                        .with(IpPrefix.parse("fe80::/64"), ofHub.get(1))
                        .with(IpPrefix.parse("fe80::1/128"), ofHub.get(0)));
        byte[] four = packet(1, 2, 10).build();
        Model.put32(four, 16, 0xa9fe0001);
        Model.completeIp(four);
        assertDropped(Counter.DROP_RELAY_SCOPE, 1, four);
        Packet p = packet(1, 2, 10);
        p.ipv6 = true;
        byte[] to = p.build();
        Model.put32(to, 24, 0xfe800000);
        assertDropped(Counter.DROP_RELAY_SCOPE, 1, to);
        byte[] from = p.build();
        Model.put32(from, 8, 0xfe800000);
        Model.put32(from, 20, 1);
        assertDropped(Counter.DROP_RELAY_SCOPE, 1, from);
        assertEquals(0, hub.count(Counter.ICMP_ERRORS_SENT));
    }

    @Test
    void relayCanBeOff() {
        connect(Forwarding.of(false, true, VIPS), MTU);
        assertDropped(Counter.DROP_RELAY_OFF, 1, packet(1, 2, 10).build());
        assertTold(1, 3, 13, 0);
    }

    @Test
    void aListBindsBothDirections() {
        ofHub.get(0).limitRelay(Set.of(ofHub.get(1).publicKey()));
        assertDropped(Counter.DROP_RELAY_REFUSED, 1, packet(1, 3, 10).build());
        assertTold(1, 3, 13, 0);
        send(3, packet(3, 1, 10).build());
        assertEquals(2, hub.count(Counter.DROP_RELAY_REFUSED));
        send(1, packet(1, 2, 10).build());
        send(2, packet(2, 1, 10).build(), packet(2, 3, 10).build());
        assertEquals(3, hub.count(Counter.PACKETS_RELAYED));
        ofHub.get(0).limitRelay(Set.of());
        send(1, packet(1, 2, 10).build());
        assertEquals(3, hub.count(Counter.DROP_RELAY_REFUSED));
        ofHub.get(0).limitRelay(null);
        send(1, packet(1, 3, 10).build());
        assertEquals(4, hub.count(Counter.PACKETS_RELAYED));
    }

    @Test
    void aForeignSourceIsRelayedByNobody() {
        Packet spoofed = packet(3, 2, 10);
        assertDropped(Counter.DROP_WRONG_SOURCE, 1, spoofed.build());
        assertEquals(List.of(), spoke(2).tun.packets);
        assertEquals(List.of(), spoke(1).tun.packets, "and nobody is told");
    }

    /** A peer that takes everything has no right to our address, nor has anybody to a group's. */
    @Test
    void nobodyIsTheHubOrAGroup() {
        takesAll(1);
        for (int to : List.of(2, 9)) {
            for (int source : List.of(0x0a000901, 0xe0000005, 0xffffffff, 0x0a0009ff)) {
                byte[] four = packet(1, to, 10).build();
                Model.put32(four, 12, source);
                Model.completeIp(four);
                assertForged(four);
            }
            Packet p = packet(9, to, 10);
            p.ipv6 = true;
            assertForged(p.build());
            byte[] group = p.build();
            Model.put32(group, 8, 0xff020000);
            assertForged(group);
        }
        Packet anybody = packet(77, 2, 10);
        send(1, anybody.build());
        assertArrayEquals(hop(anybody), spoke(2).tun.packets.removeFirst());
    }

    /** Twice, and the second time from what was found the first time. */
    private void assertForged(byte[] packet) {
        assertDropped(Counter.DROP_WRONG_SOURCE, 1, packet);
        assertDropped(Counter.DROP_WRONG_SOURCE, 1, packet);
        assertEquals(List.of(), spoke(2).tun.packets);
        assertEquals(List.of(), spoke(1).tun.packets);
    }

    /** As traceroute sends them: each hop that is one too many is named. */
    @Test
    void theLastHopIsTold() {
        for (int ttl = 0; ttl < 2; ttl++) {
            Packet p = packet(1, 2, 32);
            p.ttl = ttl;
            send(1, p.build());
            assertEquals(ttl + 1, hub.count(Counter.DROP_RELAY_TTL));
            byte[] error = spoke(1).tun.packets.removeFirst();
            assertEquals(11, error[20]);
            assertArrayEquals(p.build(), java.util.Arrays.copyOfRange(error, 28, error.length));
        }
        Packet six = packet(1, 2, 32);
        six.ipv6 = true;
        six.ttl = 1;
        send(1, six.build());
        assertEquals(3, spoke(1).tun.packets.removeFirst()[40]);
        Packet p = packet(1, 2, 32);
        p.ttl = 2;
        send(1, p.build());
        assertEquals(1, spoke(2).tun.packets.getFirst()[8]);
    }

    @Test
    void packetsThatAreTooBigAreAnsweredOrCut() {
        Packet p = packet(1, 2, MTU - 28);
        send(1, p.build());
        assertArrayEquals(hop(p), spoke(2).tun.packets.removeFirst(), "the MTU itself fits");
        Packet more = packet(1, 2, MTU - 27);
        send(1, more.build());
        assertEquals(1, hub.count(Counter.DROP_RELAY_TOO_BIG));
        assertTold(1, 3, 4, MTU);
        Packet six = packet(1, 2, MTU - 47);
        six.ipv6 = true;
        send(1, six.build());
        assertEquals(2, hub.count(Counter.DROP_RELAY_TOO_BIG));
        byte[] error = spoke(1).tun.packets.removeFirst();
        assertEquals(2, error[40]);
        assertEquals(MTU, Model.get32(error, 44));
        assertEquals(1280, error.length);
        assertEquals(1, hub.count(Counter.PACKETS_RELAYED));

        more.fragment = 0;
        more.payload(4000, 1);
        send(1, more.build());
        List<byte[]> fragments = spoke(2).tun.packets;
        assertEquals(3, fragments.size());
        assertEquals(1, hub.count(Counter.PACKETS_FRAGMENTED));
        assertEquals(2, hub.count(Counter.PACKETS_RELAYED));
        byte[] expected = hop(more);
        int at = 20;
        for (byte[] fragment : fragments) {
            assertTrue(Model.ipValid(fragment));
            assertEquals(at - 20, (Model.get16(fragment, 6) & 0x1fff) * 8);
            for (int i = 20; i < fragment.length; i++) {
                assertEquals(expected[at++], fragment[i]);
            }
        }
        assertEquals(expected.length, at);
    }

    @Test
    void answersAreLimitedForEachPeer() {
        Packet p = packet(1, 2, 10);
        p.ttl = 1;
        byte[] packet = p.build();
        byte[][] many = new byte[200][];
        java.util.Arrays.fill(many, packet);
        send(1, many);
        int burst = spoke(1).tun.packets.size();
        assertTrue(burst >= 16 && burst <= 50, burst + " answers at once");
        assertEquals(200 - burst, hub.count(Counter.ICMP_ERRORS_LIMITED));
        Packet other = packet(3, 2, 10);
        other.ttl = 1;
        send(3, other.build());
        assertEquals(1, spoke(3).tun.packets.size(), "one peer's flood is not another's");
        clock.advanceSeconds(1);
        send(1, many);
        int second = spoke(1).tun.packets.size() - burst;
        assertTrue(second >= 10 && second <= 25, second + " answers a second later");
    }

    /** Else one host behind a peer keeps all others there from finding the size that fits. */
    @Test
    void otherAnswersDoNotUseUpThoseAboutTheSize() {
        Packet old = packet(1, 2, 10);
        old.ttl = 1;
        byte[][] many = new byte[200][];
        java.util.Arrays.fill(many, old.build());
        send(1, many);
        assertTrue(hub.count(Counter.ICMP_ERRORS_LIMITED) > 0);
        spoke(1).tun.packets.clear();
        java.util.Arrays.fill(many, packet(1, 2, MTU).build());
        send(1, many);
        int told = spoke(1).tun.packets.size();
        assertTrue(told >= 16 && told <= 50, told + " answers about the size");
    }

    @Test
    void withoutSessionPacketsWait() {
        Peer second = ofHub.get(1);
        second.publishSession(null);
        send(1, packet(1, 2, 100).build());
        StagedPacket staged = hub.control.pollStaged();
        assertEquals(second, staged.peer());
        byte[] held = staged.memory().asSlice(0, staged.length()).toArray(Layouts.BYTE);
        assertArrayEquals(hop(packet(1, 2, 100)), held);
        staged.release();
        boolean wanted = false;
        for (Peer peer; (peer = hub.control.pollRequest()) != null; ) {
            wanted |= (peer.takeRequests() & Peer.WANT_HANDSHAKE) != 0 && peer == second;
        }
        assertTrue(wanted);
        for (int i = 0; i < STAGED + 5; i++) {
            send(1, packet(1, 2, 100).build());
        }
        assertEquals(5, hub.count(Counter.DROP_RELAY_NO_SESSION));
    }

    @Test
    void aPeerThatNobodyHasSeenIsUnreachable() {
        ofHub.get(1).setEndpoint(null);
        assertDropped(Counter.DROP_RELAY_NO_ENDPOINT, 1, packet(1, 2, 100).build());
        assertTold(1, 3, 1, 0);
        ofHub.get(1).publishSession(null);
        ofHub.get(1).setSought(true);
        send(1, packet(1, 2, 100).build());
        assertEquals(1, hub.count(Counter.DROP_RELAY_NO_ENDPOINT), "its name is being asked for");
        hub.control.pollStaged().release();
    }

    @Test
    void anOldSessionIsRenewedByRelayedPackets() {
        Peer second = ofHub.get(1);
        Node.connect(hub, second, spoke(2), hubOf.get(1));
        clock.advanceNanos(Limits.REKEY_AFTER_TIME_NANOS);
        send(1, packet(1, 2, 100).build());
        assertEquals(1, hub.count(Counter.PACKETS_RELAYED));
        assertTrue((second.takeRequests() & Peer.WANT_HANDSHAKE) != 0);
    }

    /** A hub stands between those that leave checksums to each other and those that do not. */
    @Test
    void aChecksumLeftOpenIsCompletedForWhoDoesNotTakeIt() {
        hubOf.get(0).session().usePartialChecksums();
        ofHub.get(2).session().usePartialChecksums();
        for (int to = 2; to <= 3; to++) {
            List<Integer> flags = new ArrayList<>();
            spoke(to).tun.refuse = written -> !flags.add(written.flags());
            for (Packet p : List.of(packet(1, to, 500), packet(1, to, 501))) {
                byte[] open = p.build();
                int pseudo = Model.pseudo(open, 20, Packet.UDP);
                Model.put16(open, 26, pseudo);
                spoke(1).tun.offerRaw(FakeTun.header(Model.NONE, 0, 0, 20, 26), open);
                settle(1);
                byte[] arrived = spoke(to).tun.packets.getLast();
                assertArrayEquals(hop(p), arrived);
            }
            int expected = to == 2 ? 0 : VirtioNetHeader.NEEDS_CSUM;
            assertEquals(List.of(expected, expected), flags);
        }
    }
}
