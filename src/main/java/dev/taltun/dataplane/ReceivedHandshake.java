package dev.taltun.dataplane;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * One handshake message on its way from a receiving thread to the control agent, which owns it
 * until {@link #release()}.
 */
public final class ReceivedHandshake {
    /** The largest handshake message is the initiation, 148 bytes. */
    static final int CAPACITY = 160;

    private final MemorySegment memory;
    private Consumer<ReceivedHandshake> home;
    private Endpoint source;
    private int length;

    ReceivedHandshake(Arena arena) {
        memory = arena.allocate(CAPACITY, 16);
    }

    void setHome(Consumer<ReceivedHandshake> pool) {
        home = pool;
    }

    void fill(MemorySegment buffer, long offset, int bytes, Endpoint from) {
        MemorySegment.copy(buffer, Layouts.BYTE, offset, memory, Layouts.BYTE, 0, bytes);
        length = bytes;
        source = from;
    }

    /** The message at offset 0. */
    public MemorySegment memory() {
        return memory;
    }

    public int length() {
        return length;
    }

    /** Where it came from, and to which local address. */
    public Endpoint source() {
        return source;
    }

    /** Returns it to its pool. */
    public void release() {
        source = null;
        home.accept(this);
    }
}
