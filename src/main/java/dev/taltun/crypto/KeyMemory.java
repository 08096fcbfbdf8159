package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Off-heap memory of one session key: wiped when the session ends, freed when nobody can reach it.
 *
 * <p>Not a shared arena: closing one stops every thread of the process for a moment, and a session
 * ends every two minutes per peer.
 */
final class KeyMemory {
    private final MemorySegment memory;
    private volatile boolean wiped;

    KeyMemory(long bytes, long alignment) {
        memory = Arena.ofAuto().allocate(bytes, alignment);
    }

    /** Room for a plain key, with the key in it. */
    static KeyMemory of(byte[] key) {
        Packets.checkKey(key);
        KeyMemory memory = new KeyMemory(key.length, IpsecMb.ALIGNMENT);
        MemorySegment.copy(key, 0, memory.memory, ValueLayout.JAVA_BYTE, 0, key.length);
        return memory;
    }

    /** Stays valid while this object is reachable. */
    long address() {
        return memory.address();
    }

    boolean isWiped() {
        return wiped;
    }

    void wipe() {
        wiped = true;
        memory.fill((byte) 0);
    }

    /** For tests: that wiping leaves nothing behind. */
    MemorySegment segment() {
        return memory;
    }
}
