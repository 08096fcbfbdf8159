package dev.taltun.crypto;

import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The nonces of one lane in native memory: four zero bytes and the counter, little-endian.
 *
 * <p>A library reads a nonce in loads that are wider than the store of the counter, and such a load
 * waits (measured: 20 ns, a fifth of AES-GCM over a full packet) until the store has reached the
 * cache. So there are two places, and taking one nonce prepares the next in the other place; only a
 * session's first packet or a gap has to wait. Belongs to the thread of its lane.
 */
final class Nonces {
    private static final long COUNTER_OFFSET = 4;
    // Places on cache lines of their own.
    private static final long OTHER_PLACE = 64;
    private static final long BYTES = 2 * OTHER_PLACE;

    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, OTHER_PLACE);
    private final long address = memory.address();
    private long nextPlace;
    private long nextCounter;

    /** The address of the 12 bytes for a counter, valid until the call after the next one. */
    long take(long counter) {
        long place = nextPlace;
        if (nextCounter != counter) {
            memory.set(Layouts.LE_LONG, place + COUNTER_OFFSET, counter);
        }
        nextPlace = place ^ OTHER_PLACE;
        nextCounter = counter + 1;
        memory.set(Layouts.LE_LONG, nextPlace + COUNTER_OFFSET, nextCounter);
        return address + place;
    }
}
