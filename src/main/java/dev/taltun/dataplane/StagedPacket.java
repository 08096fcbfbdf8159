package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * One inner packet that waits for its peer's handshake.
 *
 * <p>Filled by the packet thread that has it, then owned by the control agent until it is sealed or
 * dropped; both wipe it when they part with it, because it is plaintext.
 */
public final class StagedPacket {
    private final MemorySegment memory;
    private Consumer<StagedPacket> home;
    private Peer peer;
    private int length;

    /**
     * @param arena owner of the memory
     * @param capacity largest packet: the interface's MTU, plus {@link Limits#PADDING_BYTES}
     */
    StagedPacket(Arena arena, int capacity) {
        memory = arena.allocate(capacity, 16);
    }

    void setHome(Consumer<StagedPacket> pool) {
        home = pool;
    }

    /** Copies a packet in; false when it is too large. */
    boolean fill(Peer to, MemorySegment buffer, long offset, int bytes) {
        if (bytes + Limits.PADDING_BYTES > memory.byteSize()) {
            return false;
        }
        MemorySegment.copy(buffer, Layouts.BYTE, offset, memory, Layouts.BYTE, 0, bytes);
        peer = to;
        length = bytes;
        return true;
    }

    public Peer peer() {
        return peer;
    }

    /** The packet at offset 0, with 16 bytes of room for padding behind it. */
    public MemorySegment memory() {
        return memory;
    }

    public int length() {
        return length;
    }

    /** Forgets the packet; whoever owns it. */
    void wipe() {
        memory.asSlice(0, length).fill((byte) 0);
        peer = null;
        length = 0;
    }

    /**
     * Wipes the packet and returns it to its pool: those behind it need not wait for it any more.
     * Any thread that owns it.
     */
    public void release() {
        Peer to = peer;
        wipe();
        home.accept(this);
        to.noteUnstaged();
    }
}
