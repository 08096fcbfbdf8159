package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.memory.Layouts;
import dev.taltun.noise.Session;
import dev.taltun.noise.TestSessions;
import dev.taltun.protocol.Limits;
import dev.taltun.testing.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketSealerTest {
    private static final Endpoint PEER = new Endpoint(0, Endpoint.mapped(1), 1000, 0, 0, 0);
    private static final int REMOTE_INDEX = 0x8765_4321;

    private final Arena arena = Arena.ofAuto();
    private final TxBatch batch = new TxBatch(arena);
    private final TestKey key = new TestKey(77);

    private Session session(CipherSuite suite) {
        return new Session(suite, 5, REMOTE_INDEX, true, 0, key, key);
    }

    /** The rule in words of the paper: zeros to a multiple of 16, but never beyond the MTU. */
    private static int paddedLength(int length, int mtu) {
        int padded = (length + 15) / 16 * 16;
        return length <= mtu ? Math.min(padded, mtu) : Math.max(length, paddedRest(length, mtu));
    }

    private static int paddedRest(int length, int mtu) {
        return length / mtu * mtu + paddedLength(length % mtu, mtu);
    }

    @Test
    void sealsHeaderPacketAndPaddingAndLeavesTheBufferAlone() {
        Random random = Seed.random("PacketSealerTest");
        for (int round = 0; round < 2000; round++) {
            int mtu = new int[] {576, 1280, 1420, 1421, 1500, 9000, 65_535}[random.nextInt(7)];
            int length = random.nextInt(10) == 0 ? mtu - random.nextInt(20) : random.nextInt(1500);
            CipherSuite suite = CipherSuite.values()[random.nextInt(2)];
            final Session session = session(suite);
            TestSessions.skipToCounter(session, random.nextLong() >>> 1);
            final long counter = session.sentMessages();
            MemorySegment buffer = arena.allocate(length + 16L, 1);
            byte[] before = new byte[length + 16];
            random.nextBytes(before);
            MemorySegment.copy(before, 0, buffer, Layouts.BYTE, 0, before.length);

            batch.clear();
            batch.append(random.nextInt(100), PEER, 1);
            final int at = batch.tail();
            PacketSealer sealer = new PacketSealer(0, mtu);
            int bytes = sealer.seal(session, buffer, 0, length, batch, PEER, 64);

            assertEquals(sealer.sealedLength(length), bytes);
            assertEquals(32 + paddedLength(length, mtu), bytes);
            assertTrue(length > mtu || bytes <= mtu + 32, "padded beyond the MTU");
            assertEquals(at + bytes, batch.tail());
            byte[] after = buffer.toArray(Layouts.BYTE);
            assertTrue(Arrays.equals(before, after), "buffer changed");

            MemorySegment sealed = batch.slab();
            assertEquals(4 | suite.id() << 8, sealed.get(Layouts.LE_INT, at));
            assertEquals(REMOTE_INDEX, sealed.get(Layouts.LE_INT, at + 4));
            assertEquals(counter, sealed.get(Layouts.LE_LONG, at + 8));
            MemorySegment plain = arena.allocate(Math.max(1, bytes));
            assertTrue(key.open(0, counter, sealed, at + 16, plain, 0, bytes - 16));
            for (int i = 0; i < bytes - 32; i++) {
                byte expected = i < length ? before[i] : 0;
                assertEquals(expected, plain.get(Layouts.BYTE, i));
            }
        }
    }

    @Test
    void aKeepaliveIsEmpty() {
        MemorySegment none = arena.allocate(16);
        PacketSealer sealer = new PacketSealer(0, 1420);
        assertEquals(32, sealer.seal(session(CipherSuite.AES_256_GCM), none, 0, 0, batch, PEER, 1));
        assertEquals(32, batch.tail());
        assertEquals(1, batch.datagrams());
    }

    @Test
    void countersNeverRepeatAndEndBeforeTheLimit() {
        Session session = session(CipherSuite.CHACHA20_POLY1305);
        MemorySegment buffer = arena.allocate(64);
        PacketSealer sealer = new PacketSealer(0, 1420);
        TestSessions.skipToCounter(session, Limits.REJECT_AFTER_MESSAGES - 2);
        assertTrue(sealer.seal(session, buffer, 0, 40, batch, PEER, 64) > 0);
        assertTrue(sealer.seal(session, buffer, 0, 40, batch, PEER, 64) > 0);
        int tail = batch.tail();
        for (int i = 0; i < 3; i++) {
            assertEquals(0, sealer.seal(session, buffer, 0, 40, batch, PEER, 64));
        }
        assertEquals(tail, batch.tail(), "nothing was appended");
        assertEquals(2, batch.datagrams());
        long first = batch.slab().get(Layouts.LE_LONG, 8);
        long second = batch.slab().get(Layouts.LE_LONG, tail / 2 + 8);
        assertEquals(Limits.REJECT_AFTER_MESSAGES - 2, first);
        assertEquals(first + 1, second);
    }
}
