package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.taltun.memory.Layouts;
import dev.taltun.testing.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private static final int MAX = 2000;

    @Test
    void agreesWithThePlainSumOnEveryLengthAndAlignment() {
        Random random = Seed.random("ChecksumTest");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(MAX + 64, 64);
            for (int i = 0; i < 20_000; i++) {
                int length = i < 200 ? i : random.nextInt(MAX);
                int offset = random.nextInt(16);
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                if (random.nextInt(4) == 0) {
                    Arrays.fill(bytes, (byte) (random.nextBoolean() ? 0xff : 0));
                }
                int initial = random.nextInt(0x10000);
                // What lies around must not be read in.
                memory.fill((byte) 0xa5);
                MemorySegment.copy(bytes, 0, memory, Layouts.BYTE, offset, length);
                long sum = Checksum.sum(memory, offset, length, Checksum.nativeOrder(initial));
                int expected = Model.sum(bytes, 0, length, initial);
                assertEquals(expected, bigEndian(Checksum.fold(sum)), "length " + length);
                short checksum = Checksum.finish(sum);
                assertEquals(~expected & 0xffff, bigEndian(checksum), "length " + length);
            }
        }
    }

    @Test
    void aSumMayBeContinued() {
        Random random = Seed.random("ChecksumTest.continued");
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = new byte[MAX];
            random.nextBytes(bytes);
            MemorySegment memory = arena.allocate(MAX);
            MemorySegment.copy(bytes, 0, memory, Layouts.BYTE, 0, MAX);
            for (int i = 0; i < 500; i++) {
                int cut = random.nextInt(MAX / 2) * 2;
                long first = Checksum.sum(memory, 0, cut, 0);
                long both = Checksum.sum(memory, cut, MAX - cut, first);
                assertEquals(Model.sum(bytes, 0, MAX, 0), bigEndian(Checksum.fold(both)));
            }
        }
    }

    @Test
    void foldCarriesToTheEnd() {
        assertEquals(0, Checksum.fold(0));
        assertEquals(0xffff, Checksum.fold(0xffff));
        assertEquals(1, Checksum.fold(0x10000));
        assertEquals(0xffff, Checksum.fold(0xffff_ffffL));
        assertEquals(1, Checksum.fold(0x1_0000_0000L));
        Random random = Seed.random("ChecksumTest.fold");
        for (int i = 0; i < 100_000; i++) {
            long sum = random.nextLong() >>> 2 + random.nextInt(50);
            int folded = Checksum.fold(sum);
            assertEquals(sum % 0xffff, folded % 0xffff, () -> "sum " + sum);
            assertEquals(sum == 0, folded == 0, () -> "sum " + sum);
            assertEquals(folded, folded & 0xffff);
        }
        for (long sum :
                new long[] {
                    0x7fff_ffff_ffff_fffeL,
                    0xffff_fffeL,
                    0x1_fffe_fffeL,
                    0x3fff_ffff_ffff_ffffL,
                    0xffff_ffff_ffffL,
                    0x3fff_0000_ffff_ffffL
                }) {
            assertEquals(sum % 0xffff, Checksum.fold(sum) % 0xffff);
        }
    }

    @Test
    void udpNeverSaysThatItHasNone() {
        assertEquals((short) 0xffff, Checksum.finishTransport(0xffff));
        assertEquals((short) 0xffff, Checksum.finishTransport(0));
        assertEquals((short) 0, Checksum.finish(0xffff));
        for (int sum = 0; sum < 0x10000; sum++) {
            assertNotEquals((short) 0, Checksum.finishTransport(sum));
        }
    }

    private static int bigEndian(int nativeWord) {
        return Checksum.nativeOrder(nativeWord);
    }
}
