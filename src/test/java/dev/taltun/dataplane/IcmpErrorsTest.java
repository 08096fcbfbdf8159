package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.memory.Layouts;
import dev.taltun.protocol.IpPacket;
import dev.taltun.routing.IpPrefix;
import dev.taltun.testing.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ICMP errors as RFC 792, 1812 and 4443 want them, read with none of the code that writes them. */
class IcmpErrorsTest {
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final List<IpPrefix> VIPS =
            List.of(IpPrefix.parse("10.0.9.1/24"), IpPrefix.parse("fd00::909/64"));

    private final Arena arena = Arena.ofConfined();
    private final IcmpErrors errors = new IcmpErrors(arena, Forwarding.of(true, false, VIPS));

    @AfterEach
    void close() {
        arena.close();
    }

    /** The message, or null if none may be sent. */
    private byte[] error(IcmpErrors writer, IcmpError error, byte[] packet, int mtu) {
        MemorySegment memory = arena.allocate(packet.length + 7);
        MemorySegment.copy(packet, 0, memory, Layouts.BYTE, 7, packet.length);
        int length = writer.write(error, memory, 7, packet.length, mtu);
        byte[] after = memory.asSlice(7, packet.length).toArray(Layouts.BYTE);
        assertArrayEquals(packet, after, "the packet is only read");
        return length == 0 ? null : writer.message().asSlice(0, length).toArray(Layouts.BYTE);
    }

    private byte[] error(IcmpError error, byte[] packet, int mtu) {
        return error(errors, error, packet, mtu);
    }

    private static void assertWellFormed(byte[] message, byte[] about) {
        boolean ipv6 = Model.isIpv6(message);
        assertEquals(Model.isIpv6(about), ipv6);
        int start = ipv6 ? 40 : 20;
        int quoted = Math.min(about.length, (ipv6 ? 1280 : 576) - start - 8);
        assertEquals(start + 8 + quoted, message.length);
        assertArrayEquals(
                Arrays.copyOf(about, quoted),
                Arrays.copyOfRange(message, start + 8, message.length),
                "as much of the packet as is allowed, as it came");
        if (ipv6) {
            assertEquals(message.length - 40, Model.get16(message, 4));
            assertEquals(ICMPV6, message[6]);
            assertEquals(64, message[7]);
            assertEquals(0x909, Model.get32(message, 20));
            assertEquals(0xfd00, Model.get16(message, 8));
            assertArrayEquals(
                    Arrays.copyOfRange(about, 8, 24), Arrays.copyOfRange(message, 24, 40));
            assertTrue(Model.transportValid(message, 40, ICMPV6));
        } else {
            assertEquals(0x45, message[0]);
            assertEquals(message.length, Model.get16(message, 2));
            assertEquals(64, message[8]);
            assertEquals(ICMP, message[9]);
            assertTrue(Model.ipValid(message));
            assertEquals(0x0a000901, Model.get32(message, 12));
            assertEquals(Model.get32(about, 12), Model.get32(message, 16));
            assertEquals(0xffff, Model.sum(message, 20, message.length, 0));
        }
    }

    private static void assertSays(int type, int code, int rest, byte[] message) {
        int start = Model.isIpv6(message) ? 40 : 20;
        assertEquals(type, message[start]);
        assertEquals(code, message[start + 1]);
        assertEquals(rest, Model.get32(message, start + 4));
    }

    @Test
    void everyErrorIsWellFormed() {
        RandomPackets random = new RandomPackets(Seed.random("IcmpErrorsTest"));
        for (int i = 0; i < 2000; i++) {
            Packet p = random.any().payload(random.below(1500), i);
            p.source = 1 + random.below(200);
            if (random.oneIn(3)) {
                random.addIpOptions(p);
            }
            byte[] packet = p.build();
            IcmpError error = IcmpError.values()[random.below(IcmpError.values().length)];
            byte[] message = error(error, packet, 0);
            assertWellFormed(message, packet);
            assertSays(
                    p.ipv6 ? error.type6 : error.type4,
                    p.ipv6 ? error.code6 : error.code4,
                    0,
                    message);
        }
    }

    @Test
    void typesAndCodes() {
        byte[] v4 = Packet.tcp4().payload(2000, 1).build();
        byte[] v6 = Packet.of(true, Packet.UDP).payload(2000, 1).build();
        assertSays(11, 0, 0, error(IcmpError.TIME_EXCEEDED, v4, 0));
        assertSays(3, 0, 0, error(IcmpError.TIME_EXCEEDED, v6, 0));
        assertSays(3, 4, 1380, error(IcmpError.TOO_BIG, v4, 1380));
        assertSays(2, 0, 1380, error(IcmpError.TOO_BIG, v6, 1380));
        assertSays(3, 0, 0, error(IcmpError.NO_ROUTE, v4, 0));
        assertSays(1, 0, 0, error(IcmpError.NO_ROUTE, v6, 0));
        assertSays(3, 1, 0, error(IcmpError.HOST_UNREACHABLE, v4, 0));
        assertSays(1, 3, 0, error(IcmpError.HOST_UNREACHABLE, v6, 0));
        assertSays(3, 13, 0, error(IcmpError.PROHIBITED, v4, 0));
        assertSays(1, 1, 0, error(IcmpError.PROHIBITED, v6, 0));
    }

    private byte[] about(byte[] packet) {
        return error(IcmpError.TIME_EXCEEDED, packet, 0);
    }

    /** A packet of 10.0.0.1 or fd00::1 that carries ICMP or ICMPv6 of a type. */
    private static byte[] icmp(boolean ipv6, int type) {
        byte[] packet = Packet.of(ipv6, Packet.UDP).payload(40, 1).build();
        int start = ipv6 ? 40 : 20;
        packet[ipv6 ? 6 : 9] = (byte) (ipv6 ? ICMPV6 : ICMP);
        packet[start] = (byte) type;
        Model.completeIp(packet);
        return packet;
    }

    @Test
    void noErrorAboutAnErrorOrARedirect() {
        for (int type = 0; type < 256; type++) {
            boolean question = List.of(0, 8, 13, 14, 15, 16, 17, 18).contains(type);
            assertEquals(question, about(icmp(false, type)) != null, "ICMP type " + type);
            boolean informational = type >= 128 && type != 137;
            assertEquals(informational, about(icmp(true, type)) != null, "ICMPv6 type " + type);
        }
        byte[] headOnly = Arrays.copyOf(icmp(false, 8), 20);
        Model.put16(headOnly, 2, 20);
        assertNull(about(headOnly), "who knows what follows");
        byte[] headOnly6 = Arrays.copyOf(icmp(true, 128), 40);
        Model.put16(headOnly6, 4, 0);
        assertNull(about(headOnly6));
    }

    /** An extension header of 8 or more bytes in front of ICMPv6. */
    private static byte[] extended(int number, byte[] extension, int type) {
        byte[] inner = icmp(true, type);
        byte[] packet = new byte[inner.length + extension.length];
        System.arraycopy(inner, 0, packet, 0, 40);
        System.arraycopy(extension, 0, packet, 40, extension.length);
        System.arraycopy(inner, 40, packet, 40 + extension.length, inner.length - 40);
        packet[6] = (byte) number;
        packet[40] = ICMPV6;
        Model.put16(packet, 4, packet.length - 40);
        return packet;
    }

    @Test
    void errorsBehindExtensionHeadersAreFound() {
        for (int number : new int[] {0, 43, 60}) {
            for (int units = 0; units < 4; units++) {
                byte[] extension = new byte[8 * (units + 1)];
                extension[1] = (byte) units;
                assertNull(about(extended(number, extension, 1)));
                assertTrue(about(extended(number, extension, 128)) != null);
            }
        }
        byte[] authentication = new byte[24];
        authentication[1] = 4;
        assertNull(about(extended(51, authentication, 3)));
        assertTrue(about(extended(51, authentication, 129)) != null);
        byte[] endless = new byte[8];
        endless[1] = (byte) 255;
        assertNull(about(extended(60, endless, 128)), "a chain that leaves the packet");
    }

    @Test
    void ofFragmentsOnlyTheFirst() {
        Packet p = Packet.udp4().payload(100, 1);
        p.fragment = Packet.MF;
        assertTrue(about(p.build()) != null);
        p.fragment = Packet.MF | 10;
        assertNull(about(p.build()));
        p.fragment = 10;
        assertNull(about(p.build()));
        byte[] first = new byte[8];
        first[3] = 1;
        assertTrue(about(extended(44, first, 128)) != null);
        byte[] later = new byte[8];
        later[3] = 8 | 1;
        assertNull(about(extended(44, later, 128)));
    }

    @Test
    void onlyToOneHostAndAboutOneHost() {
        int[] sources = {0, 0x7f000001, 0xe0000001, 0xf0000001, 0xffffffff, 0xa9fe0101};
        for (int source : sources) {
            byte[] packet = Packet.udp4().payload(10, 1).build();
            Model.put32(packet, 12, source);
            Model.completeIp(packet);
            assertNull(about(packet), Integer.toHexString(source));
        }
        for (int destination : new int[] {0xe0000001, 0xffffffff}) {
            byte[] packet = Packet.udp4().payload(10, 1).build();
            Model.put32(packet, 16, destination);
            Model.completeIp(packet);
            assertNull(about(packet), Integer.toHexString(destination));
        }
        for (int head : new int[] {0, 0xfe800000, 0xff020000}) {
            byte[] packet = Packet.of(true, Packet.UDP).payload(10, 1).build();
            Model.put32(packet, 8, head);
            assertNull(about(packet), Integer.toHexString(head));
        }
        byte[] group = Packet.of(true, Packet.UDP).payload(10, 1).build();
        Model.put32(group, 24, 0xff050000);
        assertNull(about(group));
    }

    @Test
    void withoutAnAddressOfTheFamilyThereIsNoAnswer() {
        Forwarding only4 = Forwarding.of(true, false, VIPS.subList(0, 1));
        Forwarding only6 = Forwarding.of(true, false, VIPS.subList(1, 2));
        byte[] v4 = Packet.udp4().payload(10, 1).build();
        byte[] v6 = Packet.of(true, Packet.UDP).payload(10, 1).build();
        IcmpErrors with4 = new IcmpErrors(arena, only4);
        IcmpErrors with6 = new IcmpErrors(arena, only6);
        assertTrue(error(with4, IcmpError.NO_ROUTE, v4, 0) != null);
        assertNull(error(with4, IcmpError.NO_ROUTE, v6, 0));
        assertNull(error(with6, IcmpError.NO_ROUTE, v4, 0));
        assertTrue(error(with6, IcmpError.NO_ROUTE, v6, 0) != null);
    }

    /** Of several addresses, the one in the sender's network answers; else the first. */
    @Test
    void theAddressNextToTheSenderAnswers() {
        List<IpPrefix> vips =
                List.of(
                        IpPrefix.parse("10.0.9.1/24"),
                        IpPrefix.parse("10.7.0.1/16"),
                        IpPrefix.parse("10.7.7.1/24"),
                        IpPrefix.parse("fd00::909/64"),
                        IpPrefix.parse("fd07::1/64"),
                        IpPrefix.parse("fd07::7:1/112"));
        IcmpErrors several = new IcmpErrors(arena, Forwarding.of(true, false, vips));
        int[][] four = {
            {0x0a000905, 0x0a000901},
            {0x0a070105, 0x0a070001},
            {0x0a070705, 0x0a070701},
            {0x0a080808, 0x0a000901}
        };
        for (int[] pair : four) {
            byte[] packet = Packet.udp4().payload(10, 1).build();
            Model.put32(packet, 12, pair[0]);
            Model.completeIp(packet);
            byte[] message = error(several, IcmpError.NO_ROUTE, packet, 0);
            assertEquals(pair[1], Model.get32(message, 12));
            assertEquals(pair[0], Model.get32(message, 16));
            assertTrue(Model.ipValid(message));
        }
        int[][] six = {
            {0xfd000000, 5, 0xfd000000, 0x909},
            {0xfd070000, 5, 0xfd070000, 1},
            {0xfd070000, 0x70005, 0xfd070000, 0x70001},
            {0xfd080000, 5, 0xfd000000, 0x909}
        };
        for (int[] pair : six) {
            byte[] packet = Packet.of(true, Packet.UDP).payload(10, 1).build();
            Model.put32(packet, 8, pair[0]);
            Model.put32(packet, 20, pair[1]);
            byte[] message = error(several, IcmpError.NO_ROUTE, packet, 0);
            assertEquals(pair[2], Model.get32(message, 8));
            assertEquals(pair[3], Model.get32(message, 20));
            assertTrue(Model.transportValid(message, 40, ICMPV6));
        }
    }

    /** Whatever a peer sends, nothing throws and nothing is answered at length. */
    @Test
    void hostileBytes() {
        RandomPackets random = new RandomPackets(Seed.random("IcmpErrorsTest.hostile"));
        for (int i = 0; i < 20_000; i++) {
            byte[] packet = random.bytes(20 + random.below(80));
            packet[0] = (byte) (random.oneIn(2) ? 0x60 : 0x45 + random.below(4));
            int length = packet.length;
            if (packet[0] == 0x60) {
                Model.put16(packet, 4, length - 40);
                packet[6] = new byte[] {0, 43, 44, 51, 60, 58, 6}[random.below(7)];
            } else {
                Model.put16(packet, 2, length);
                packet[9] = random.oneIn(2) ? (byte) ICMP : packet[9];
            }
            MemorySegment memory = MemorySegment.ofArray(packet);
            if (IpPacket.checkedLength(memory, 0, length) != length) {
                continue;
            }
            byte[] message = about(packet);
            if (message != null) {
                assertWellFormed(message, packet);
            }
        }
    }
}
