package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.taltun.memory.Layouts;
import dev.taltun.testing.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeToLiveTest {
    private final RandomPackets random = new RandomPackets(Seed.random("TimeToLiveTest"));

    private static byte[] decremented(byte[] packet) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(packet.length);
            MemorySegment.copy(packet, 0, memory, Layouts.BYTE, 0, packet.length);
            TimeToLive.decrement(memory, 0);
            return memory.toArray(Layouts.BYTE);
        }
    }

    /** The header is what it would be if it had been written anew. */
    @Test
    void takesOneAwayAndNothingElse() {
        for (int i = 0; i < 5000; i++) {
            Packet p = random.any();
            if (i % 3 == 0) {
                random.addIpOptions(p);
            }
            p.ttl = 1 + i % 255;
            byte[] expected = p.build();
            expected[p.ipv6 ? 7 : 8]--;
            Model.completeIp(expected);
            assertArrayEquals(expected, decremented(p.build()));
        }
    }

    @Test
    void aDamagedHeaderStaysDamaged() {
        for (int i = 0; i < 5000; i++) {
            Packet p = random.any();
            p.ipv6 = false;
            byte[] packet = p.build();
            packet[random.below(20)] ^= (byte) (1 + random.below(255));
            packet[0] = 0x45;
            packet[8] |= 1;
            if (!Model.ipValid(packet)) {
                assertFalse(Model.ipValid(decremented(packet)));
            }
        }
    }

    /** RFC 1624's own example, which the older equation of RFC 1071 gets wrong. */
    @Test
    void theExampleOfTheRfc() {
        assertEquals(0x0000, Checksum.replace(0xdd2f, 0x5555, 0x3285));
    }

    @Test
    void replacingAnyWordIsSummingAnew() {
        Random words = Seed.random("TimeToLiveTest.words");
        for (int i = 0; i < 20_000; i++) {
            byte[] header = new byte[20];
            words.nextBytes(header);
            // A sum of zeros only has two forms; a header has a version, at least.
            header[0] = 0x45;
            int at = 2 * (1 + words.nextInt(9));
            int before = Model.get16(header, at);
            int checksum = ~Model.sum(header, 0, 20, 0) & 0xffff;
            int after = words.nextInt(4) == 0 ? words.nextInt(2) * 0xffff : words.nextInt(0x10000);
            Model.put16(header, at, after);
            assertEquals(
                    ~Model.sum(header, 0, 20, 0) & 0xffff,
                    Checksum.replace(checksum, before, after));
        }
    }
}
