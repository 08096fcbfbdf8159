package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * One control frame, authenticated and checked, on its way from a receiving thread to the control
 * agent, which owns it until {@link #release()}.
 */
public final class ReceivedFrame {
    /**
     * As much of a frame as anybody reads: the longest, {@code PeerUpdate}, has 254 bytes. What
     * follows in {@code Query}, or comes with a later version, is padding.
     */
    static final int CAPACITY = 256;

    private final MemorySegment memory;
    private Consumer<ReceivedFrame> home;
    private Peer peer;
    private Session session;

    ReceivedFrame(Arena arena) {
        memory = arena.allocate(CAPACITY, 16);
    }

    void setHome(Consumer<ReceivedFrame> pool) {
        home = pool;
    }

    void fill(MemorySegment buffer, long offset, int frameBytes, Peer from, Session over) {
        int bytes = Math.min(frameBytes, CAPACITY);
        MemorySegment.copy(buffer, Layouts.BYTE, offset, memory, Layouts.BYTE, 0, bytes);
        peer = from;
        session = over;
    }

    /**
     * The frame at offset 0, which was complete. Its header tells its whole length, even if only
     * the first {@link #CAPACITY} bytes are here: the memory behind a short one is of others.
     */
    public MemorySegment memory() {
        return memory;
    }

    /** Who sent it. */
    public Peer peer() {
        return peer;
    }

    /** The session it came over; it may have been retired meanwhile. */
    public Session session() {
        return session;
    }

    /** Returns it to its pool. */
    public void release() {
        peer = null;
        session = null;
        home.accept(this);
    }
}
