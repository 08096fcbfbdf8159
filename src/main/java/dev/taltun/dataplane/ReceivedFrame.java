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
    /** The largest frame that is passed on; longer ones are of no kind that we know. */
    static final int CAPACITY = 1280;

    private final MemorySegment memory;
    private Consumer<ReceivedFrame> home;
    private Peer peer;
    private Session session;
    private int length;

    ReceivedFrame(Arena arena) {
        memory = arena.allocate(CAPACITY, 16);
    }

    void setHome(Consumer<ReceivedFrame> pool) {
        home = pool;
    }

    void fill(MemorySegment buffer, long offset, int bytes, Peer from, Session over) {
        MemorySegment.copy(buffer, Layouts.BYTE, offset, memory, Layouts.BYTE, 0, bytes);
        length = bytes;
        peer = from;
        session = over;
    }

    /** The frame at offset 0; its body is complete. */
    public MemorySegment memory() {
        return memory;
    }

    public int length() {
        return length;
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
