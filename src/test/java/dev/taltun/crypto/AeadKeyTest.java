package dev.taltun.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every provider against the reference, and against what the interface promises. */
class AeadKeyTest {
    private static final int TAG = AeadKey.TAG_BYTES;
    private static final int GUARD = 64;
    private static final byte FILL = (byte) 0xa5;

    private final Random random = new Random(20_260_101);

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static MemorySegment guarded(Arena arena, int length) {
        return arena.allocate(length + 2L * GUARD, 64).fill(FILL);
    }

    private static void assertGuards(MemorySegment segment, long length) {
        for (long at = 0; at < GUARD; at++) {
            assertEquals(FILL, segment.get(ValueLayout.JAVA_BYTE, at));
        }
        for (long at = GUARD + length; at < segment.byteSize(); at++) {
            assertEquals(FILL, segment.get(ValueLayout.JAVA_BYTE, at), "behind the end");
        }
    }

    private static byte[] content(MemorySegment segment, int length) {
        return segment.asSlice(GUARD, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static void put(MemorySegment segment, byte[] bytes) {
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, GUARD, bytes.length);
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void agreesWithTheReferenceForEveryLength(AeadProvider provider, CipherSuite suite) {
        byte[] key = randomBytes(32);
        try (AeadKey reference = new BouncyCastleProvider().newKey(suite, key, 1);
                AeadKey tested = provider.newKey(suite, key, 2)) {
            for (int length = 0; length <= 1500; length++) {
                agrees(reference, tested, length);
            }
            for (int length : new int[] {2047, 4096, 4097, 9000, 16_384, 16_385, 65_535}) {
                agrees(reference, tested, length);
            }
        }
    }

    private void agrees(AeadKey reference, AeadKey tested, int length) {
        long counter = random.nextLong();
        byte[] plain = randomBytes(length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment expected = arena.allocate(length + TAG);
            MemorySegment.copy(plain, 0, expected, ValueLayout.JAVA_BYTE, 0, length);
            reference.seal(0, counter, expected, 0, expected, 0, length);
            byte[] sealed = expected.toArray(ValueLayout.JAVA_BYTE);

            MemorySegment from = guarded(arena, length);
            MemorySegment to = guarded(arena, length + TAG);
            put(from, plain);
            tested.seal(1, counter, from, GUARD, to, GUARD, length);
            assertArrayEquals(sealed, content(to, length + TAG));
            assertArrayEquals(plain, content(from, length));
            assertGuards(from, length);
            assertGuards(to, length + TAG);

            MemorySegment opened = guarded(arena, length);
            assertTrue(tested.open(0, counter, to, GUARD, opened, GUARD, length + TAG));
            assertArrayEquals(plain, content(opened, length));
            assertArrayEquals(sealed, content(to, length + TAG));
            assertGuards(opened, length);

            MemorySegment place = guarded(arena, length + TAG);
            put(place, plain);
            tested.seal(0, counter, place, GUARD, place, GUARD, length);
            assertArrayEquals(sealed, content(place, length + TAG));
            assertTrue(tested.open(1, counter, place, GUARD, place, GUARD, length + TAG));
            assertArrayEquals(plain, content(place, length));
            assertGuards(place, length + TAG);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void rejectsEveryForgedBit(AeadProvider provider, CipherSuite suite) {
        int length = 40;
        try (Arena arena = Arena.ofConfined();
                AeadKey key = provider.newKey(suite, randomBytes(32), 1)) {
            MemorySegment sealed = arena.allocate(length + TAG);
            MemorySegment opened = arena.allocate(length);
            key.seal(0, 7, sealed, 0, sealed, 0, length);
            for (int bit = 0; bit < 8 * (length + TAG); bit++) {
                byte before = sealed.get(ValueLayout.JAVA_BYTE, bit / 8);
                sealed.set(ValueLayout.JAVA_BYTE, bit / 8, (byte) (before ^ 1 << bit % 8));
                assertFalse(key.open(0, 7, sealed, 0, opened, 0, length + TAG));
                sealed.set(ValueLayout.JAVA_BYTE, bit / 8, before);
            }
            assertTrue(key.open(0, 7, sealed, 0, opened, 0, length + TAG));
            assertFalse(key.open(0, 8, sealed, 0, opened, 0, length + TAG));
            assertFalse(key.open(0, 7L << 32, sealed, 0, opened, 0, length + TAG));
            assertFalse(key.open(0, 7, sealed, 0, opened, 0, length + TAG - 1));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void whatIsShorterThanATagDoesNotOpen(AeadProvider provider, CipherSuite suite) {
        try (Arena arena = Arena.ofConfined();
                AeadKey key = provider.newKey(suite, randomBytes(32), 1)) {
            MemorySegment packet = arena.allocate(64);
            for (int length = 0; length <= TAG; length++) {
                assertFalse(key.open(0, 1, packet, 0, packet, 0, length));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void sealingTwiceUnderOneCounterGivesTheSame(AeadProvider provider, CipherSuite suite) {
        try (Arena arena = Arena.ofConfined();
                AeadKey key = provider.newKey(suite, randomBytes(32), 1)) {
            MemorySegment plain = arena.allocate(100);
            MemorySegment first = arena.allocate(100 + TAG);
            MemorySegment second = arena.allocate(100 + TAG);
            key.seal(0, 9, plain, 0, first, 0, 100);
            key.seal(0, 9, plain, 0, second, 0, 100);
            assertEquals(-1, first.mismatch(second));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void aClosedKeySealsAndOpensNothing(AeadProvider provider, CipherSuite suite) {
        try (Arena arena = Arena.ofConfined()) {
            AeadKey key = provider.newKey(suite, randomBytes(32), 1);
            MemorySegment packet = arena.allocate(64);
            key.seal(0, 1, packet, 0, packet, 0, 48);
            byte[] sealed = packet.toArray(ValueLayout.JAVA_BYTE);
            key.close();
            key.close();
            assertFalse(key.open(0, 1, packet, 0, packet, 0, 64));
            assertThrows(
                    IllegalStateException.class, () -> key.seal(0, 2, packet, 0, packet, 0, 48));
            assertArrayEquals(sealed, packet.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void neverReadsOrWritesOutsideTheSegments(AeadProvider provider, CipherSuite suite) {
        try (Arena arena = Arena.ofConfined();
                AeadKey key = provider.newKey(suite, randomBytes(32), 1)) {
            MemorySegment small = arena.allocate(64);
            MemorySegment large = arena.allocate(128);
            Class<IndexOutOfBoundsException> outside = IndexOutOfBoundsException.class;
            assertThrows(outside, () -> key.seal(0, 1, small, 0, large, 0, 65));
            assertThrows(outside, () -> key.seal(0, 1, large, 0, small, 0, 49));
            assertThrows(outside, () -> key.seal(0, 1, small, -1, large, 0, 10));
            assertThrows(outside, () -> key.open(0, 1, small, 1, large, 0, 64));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#nativeWithSuites")
    void theHeapIsNoPlaceForPackets(AeadProvider provider, CipherSuite suite) {
        try (Arena arena = Arena.ofConfined();
                AeadKey key = provider.newKey(suite, randomBytes(32), 1)) {
            MemorySegment heap = MemorySegment.ofArray(new byte[64]);
            MemorySegment nativeOne = arena.allocate(64);
            Class<IllegalArgumentException> refused = IllegalArgumentException.class;
            assertThrows(refused, () -> key.seal(0, 1, heap, 0, nativeOne, 0, 10));
            assertThrows(refused, () -> key.seal(0, 1, nativeOne, 0, heap, 0, 10));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#withSuites")
    void lanesWorkInParallelOnSharedKeys(AeadProvider provider, CipherSuite suite)
            throws Exception {
        int lanes = 4;
        int rounds = provider instanceof BouncyCastleProvider ? 200 : 3000;
        List<AeadKey> keys = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            keys.add(provider.newKey(suite, randomBytes(32), lanes));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(lanes)) {
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < lanes; i++) {
                int lane = i;
                results.add(threads.submit(() -> worker(keys, lane, rounds)));
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
        keys.forEach(AeadKey::close);
    }

    private static void worker(List<AeadKey> keys, int lane, int rounds) {
        Random own = new Random(lane);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment packet = arena.allocate(2048);
            for (int i = 0; i < rounds; i++) {
                AeadKey key = keys.get(i % keys.size());
                byte[] plain = new byte[own.nextInt(1500)];
                own.nextBytes(plain);
                long counter = own.nextLong();
                MemorySegment.copy(plain, 0, packet, ValueLayout.JAVA_BYTE, 0, plain.length);
                key.seal(lane, counter, packet, 0, packet, 0, plain.length);
                AeadKey other = keys.get((i + 1) % keys.size());
                MemorySegment sealed = packet.asSlice(0, plain.length + TAG);
                try (Arena copies = Arena.ofConfined()) {
                    MemorySegment copy = copies.allocate(sealed.byteSize()).copyFrom(sealed);
                    assertFalse(other.open(lane, counter, copy, 0, copy, 0, plain.length + TAG));
                }
                assertTrue(key.open(lane, counter, packet, 0, packet, 0, plain.length + TAG));
                assertArrayEquals(
                        plain, packet.asSlice(0, plain.length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.taltun.crypto.Providers#nativeWithSuites")
    void nothingIsAllocatedPerPacket(AeadProvider provider, CipherSuite suite) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Arena arena = Arena.ofConfined();
                AeadKey key = provider.newKey(suite, randomBytes(32), 1)) {
            MemorySegment plain = arena.allocate(1420);
            MemorySegment packet = arena.allocate(1420 + TAG);
            MemorySegment forged = arena.allocate(1420 + TAG);
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 10 && least > 0; attempt++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 5000; i++) {
                    key.seal(0, i, plain, 0, packet, 0, 1420);
                    assertTrue(key.open(0, i, packet, 0, plain, 0, 1420 + TAG));
                    if (key.open(0, i, forged, 0, plain, 0, 1420 + TAG)) {
                        throw new AssertionError("opened a forgery");
                    }
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            // Compilation may still remove boxes in the first attempts; 15,000 calls cannot hide.
            assertTrue(least < 5000, "allocated " + least + " bytes");
        }
    }

    @Test
    void ipsecMbWipesItsKeysOnClose() throws Exception {
        IpsecMbProvider provider;
        try {
            provider = IpsecMbProvider.open(IpsecMb.LIBRARY_NAMES);
        } catch (ProviderUnavailableException e) {
            Assumptions.abort(e.getMessage());
            return;
        }
        byte[] key = randomBytes(32);
        IpsecMbChaChaKey chacha =
                (IpsecMbChaChaKey) provider.newKey(CipherSuite.CHACHA20_POLY1305, key, 1);
        IpsecMbGcmKey gcm = (IpsecMbGcmKey) provider.newKey(CipherSuite.AES_256_GCM, key, 1);
        for (KeyMemory memory : List.of(chacha.memory(), gcm.memory())) {
            byte[] held = memory.segment().toArray(ValueLayout.JAVA_BYTE);
            assertArrayEquals(key, Arrays.copyOf(held, 32));
        }
        chacha.close();
        gcm.close();
        for (KeyMemory memory : List.of(chacha.memory(), gcm.memory())) {
            assertTrue(
                    ConstantTime.isZero(memory.segment().toArray(ValueLayout.JAVA_BYTE)),
                    "something of the key is left");
        }
    }

    @Test
    void wrongKeyLengthsAreRefused() {
        for (AeadProvider provider : Providers.available()) {
            for (CipherSuite suite : CipherSuite.values()) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> provider.newKey(suite, new byte[31], 1),
                        provider.name());
            }
        }
    }
}
