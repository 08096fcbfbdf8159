package dev.taltun.io.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.memory.Layouts;
import dev.taltun.testing.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TxBatchTest {
    private static final Endpoint[] PEERS = {
        new Endpoint(0, Endpoint.mapped(0x0a000001), 1000, 0, 0, 0),
        new Endpoint(0, Endpoint.mapped(0x0a000002), 1000, 0, 0, 0),
        new Endpoint(0, Endpoint.mapped(0x0a000002), 1000, 0, 0, 0)
    };

    private final TxBatch batch = new TxBatch(Arena.ofAuto());

    private record Datagram(int bytes, Endpoint to, int maxSegments) {}

    /** Checks a batch against the rules of GSO, which are written down here once more. */
    private void checkRuns(List<Datagram> sent) {
        int next = 0;
        int tail = 0;
        for (int m = 0; m < batch.messages(); m++) {
            assertEquals(tail, batch.offset(m));
            int size = sent.get(next).bytes();
            assertEquals(size, batch.segmentSize(m));
            int left = batch.length(m);
            assertTrue(left <= TxBatch.MAX_RUN_BYTES || batch.segments(m) == 1);
            assertTrue(batch.segments(m) <= sent.get(next).maxSegments());
            for (int s = 0; s < batch.segments(m); s++) {
                Datagram d = sent.get(next++);
                assertSame(d.to(), batch.destination(m));
                assertEquals(Math.min(size, left), d.bytes(), "only the last may be shorter");
                left -= d.bytes();
            }
            assertEquals(0, left);
            tail += batch.length(m);
        }
        assertEquals(sent.size(), next);
        assertEquals(sent.size(), batch.datagrams());
        assertEquals(tail, batch.tail());
    }

    @Test
    void runsFollowTheRulesOfGso() {
        Random random = Seed.random("TxBatchTest");
        for (int round = 0; round < 500; round++) {
            batch.clear();
            List<Datagram> sent = new ArrayList<>();
            int maxSegments = new int[] {1, 2, 64, 127}[random.nextInt(4)];
            int variety = 1 + random.nextInt(4);
            while (true) {
                int bytes = 32 + 16 * random.nextInt(variety) * random.nextInt(90);
                if (random.nextInt(500) == 0) {
                    bytes = 32 + random.nextInt(65_500);
                }
                if (!batch.hasRoom(bytes) || random.nextInt(400) == 0) {
                    break;
                }
                Endpoint to = PEERS[random.nextInt(20) == 0 ? random.nextInt(3) : round % 3];
                batch.append(bytes, to, maxSegments);
                sent.add(new Datagram(bytes, to, maxSegments));
            }
            checkRuns(sent);
        }
    }

    @Test
    void equalDatagramsBecomeOneMessage() {
        for (int i = 0; i < 40; i++) {
            batch.append(1452, PEERS[0], 64);
        }
        assertEquals(1, batch.messages());
        assertEquals(40, batch.segments(0));
        batch.append(100, PEERS[0], 64);
        assertEquals(41, batch.segments(0));
        batch.append(100, PEERS[0], 64);
        assertEquals(2, batch.messages(), "a shorter one ends its run");
        batch.append(100, PEERS[0], 64);
        assertEquals(2, batch.messages());
        batch.append(101, PEERS[0], 64);
        assertEquals(3, batch.messages(), "a longer one begins another");
        batch.append(101, PEERS[1], 64);
        assertEquals(4, batch.messages());
    }

    @Test
    void limitsOfARun() {
        for (int i = 0; i < 130; i++) {
            batch.append(32, PEERS[0], 64);
        }
        assertEquals(3, batch.messages());
        assertEquals(64, batch.segments(1));
        batch.clear();
        for (int i = 0; i < 46; i++) {
            batch.append(1424, PEERS[0], 64);
        }
        assertEquals(2, batch.messages());
        assertTrue(batch.length(0) <= TxBatch.MAX_RUN_BYTES);
        assertTrue(batch.length(0) + 1424 > TxBatch.MAX_RUN_BYTES);
    }

    @Test
    void roomEndsWithTheSlabOrTheMessages() {
        assertTrue(batch.hasRoom(TxBatch.SLAB_BYTES));
        assertFalse(batch.hasRoom(TxBatch.SLAB_BYTES + 1));
        for (int i = 0; i < TxBatch.MAX_MESSAGES; i++) {
            assertTrue(batch.hasRoom(32));
            assertFalse(batch.isFull());
            batch.append(32, PEERS[0], 1);
        }
        assertFalse(batch.hasRoom(32));
        assertTrue(batch.isFull());
        batch.clear();
        for (int filled = 0; filled < TxBatch.FLUSH_BYTES; filled += 1500) {
            assertFalse(batch.isFull());
            batch.append(1500, PEERS[0], 64);
        }
        assertTrue(batch.isFull());
        assertTrue(batch.hasRoom(65_536), "one more of the largest packets");
    }

    @Test
    void aReleasedBatchIsEmptyAndHome() {
        List<TxBatch> home = new ArrayList<>();
        batch.setHome(home::add);
        MemorySegment source = Arena.ofAuto().allocate(148);
        source.fill((byte) 7);
        batch.copyIn(source, 0, 148, PEERS[1]);
        assertEquals(7, batch.slab().get(Layouts.BYTE, 147));
        batch.append(32, PEERS[0], 64);
        batch.advance(1);
        assertFalse(batch.isDone());
        batch.advance(1);
        assertTrue(batch.isDone());
        batch.release();
        assertEquals(List.of(batch), home);
        assertTrue(batch.isEmpty());
        assertEquals(0, batch.tail());
        assertEquals(0, batch.sent());
        assertEquals(0, batch.datagrams());
        assertNull(batch.destination(0), "keeps no endpoint alive");
        batch.append(32, PEERS[0], 64);
        assertEquals(1, batch.segments(0), "no run goes on from before");
    }
}
