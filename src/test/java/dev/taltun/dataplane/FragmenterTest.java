package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.memory.Layouts;
import dev.taltun.testing.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FragmenterTest {
    private static List<byte[]> fragments(byte[] packet, int mtu) {
        List<byte[]> fragments = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(packet.length + 3);
            MemorySegment.copy(packet, 0, memory, Layouts.BYTE, 3, packet.length);
            SegmentSink sink =
                    (buffer, offset, length) ->
                            fragments.add(buffer.asSlice(offset, length).toArray(Layouts.BYTE));
            assertTrue(Fragmenter.fragment(memory, 3, packet.length, mtu, sink));
        }
        return fragments;
    }

    /** What a host makes of fragments, and whether each is as a router may send it. */
    private static void assertReassembles(byte[] packet, List<byte[]> fragments, int mtu) {
        int header = (packet[0] & 15) * 4;
        int firstPlace = (Model.get16(packet, 6) & 0x1fff) * 8;
        byte[] data = new byte[packet.length - header];
        int next = 0;
        for (byte[] fragment : fragments) {
            boolean last = fragment == fragments.getLast();
            int field = Model.get16(fragment, 6);
            assertTrue(fragment.length <= mtu);
            assertEquals(fragment.length, Model.get16(fragment, 2));
            assertTrue(Model.ipValid(fragment));
            assertEquals(next + firstPlace, (field & 0x1fff) * 8);
            boolean more = !last || (Model.get16(packet, 6) & Packet.MF) != 0;
            assertEquals(more, (field & Packet.MF) != 0);
            assertEquals(Model.get16(packet, 4), Model.get16(fragment, 4), "identification");
            assertArrayEquals(
                    Arrays.copyOfRange(packet, 8, 10), Arrays.copyOfRange(fragment, 8, 10));
            assertArrayEquals(
                    Arrays.copyOfRange(packet, 12, 20), Arrays.copyOfRange(fragment, 12, 20));
            int part = fragment.length - header;
            assertTrue(last || part % 8 == 0);
            System.arraycopy(fragment, header, data, next, part);
            next += part;
        }
        assertEquals(data.length, next);
        assertArrayEquals(Arrays.copyOfRange(packet, header, packet.length), data);
    }

    @Test
    void whatIsCutCanBePutTogether() {
        RandomPackets random = new RandomPackets(Seed.random("FragmenterTest"));
        for (int i = 0; i < 1000; i++) {
            Packet p = random.any();
            p.ipv6 = false;
            p.fragment = random.oneIn(3) ? Packet.MF | random.below(3000) : 0;
            if (random.oneIn(3)) {
                random.addIpOptions(p);
            }
            int mtu = 576 + random.below(1000);
            byte[] packet = p.payload(mtu + random.below(4000), i).build();
            List<byte[]> fragments = fragments(packet, mtu);
            assertReassembles(packet, fragments, mtu);
            int header = (packet[0] & 15) * 4;
            int most = (mtu - header) / 8 * 8;
            assertEquals((packet.length - header + most - 1) / most, fragments.size());
        }
    }

    /** Record route (7) stays in the first fragment; the source route (0x83) goes into all. */
    @Test
    void optionsAreCopiedAsTheySay() {
        Packet p = Packet.udp4().payload(2000, 1);
        p.fragment = 0;
        p.ipOptions = new byte[] {1, 7, 7, 4, 0, 0, 0, 0, (byte) 0x83, 3, 4, 0};
        List<byte[]> fragments = fragments(p.build(), 600);
        assertArrayEquals(p.ipOptions, Arrays.copyOfRange(fragments.get(0), 20, 32));
        byte[] rest = {1, 1, 1, 1, 1, 1, 1, 1, (byte) 0x83, 3, 4, 0};
        for (byte[] fragment : fragments.subList(1, fragments.size())) {
            assertArrayEquals(rest, Arrays.copyOfRange(fragment, 20, 32));
        }
        assertReassembles(p.build(), fragments, 600);
    }

    @Test
    void optionsThatMakeNoSenseAreLeftAlone() {
        RandomPackets random = new RandomPackets(Seed.random("FragmenterTest.options"));
        for (int i = 0; i < 5000; i++) {
            Packet p = Packet.udp4().payload(1000, i);
            p.fragment = 0;
            p.ipOptions = random.bytes(4 * (1 + random.below(10)));
            byte[] packet = p.build();
            assertReassembles(packet, fragments(packet, 600), 600);
        }
    }

    @Test
    void stopsWhenTheSinkIsFull() {
        byte[] packet = Packet.udp4().payload(5000, 1).build();
        int[] calls = {0};
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(packet.length);
            MemorySegment.copy(packet, 0, memory, Layouts.BYTE, 0, packet.length);
            assertFalse(
                    Fragmenter.fragment(
                            memory, 0, packet.length, 1000, (b, o, l) -> ++calls[0] < 3));
        }
        assertEquals(3, calls[0]);
    }
}
