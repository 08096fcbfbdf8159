package dev.taltun.io.udp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Datagrams that arrived: a fixed row of slots in one off-heap slab, filled by one {@code
 * recvmmsg}.
 *
 * <p>With UDP GRO one slot holds a run of datagrams of equal size (the last may be shorter) from
 * one source. Belongs to the receiving thread; packets are opened in place, so a slot is written
 * to.
 */
public final class RxBatch {
    private final MemorySegment slab;
    private final int slots;
    private final int slotBytes;
    private int count;

    /** The socket that all of it came to: one of a fan, or 0. */
    private int via;

    final int[] length;
    final int[] segmentSize;
    final boolean[] truncated;
    final long[] sourceHigh;
    final long[] sourceLow;
    final int[] sourcePort;
    final int[] sourceScope;
    final long[] localHigh;
    final long[] localLow;
    final int[] ecn;

    /**
     * @param arena owner of the slab
     * @param slots most messages of one receive, 1..64
     * @param slotBytes size of a slot: 65536 with GRO, else that of the largest datagram
     */
    public RxBatch(Arena arena, int slots, int slotBytes) {
        this.slots = slots;
        this.slotBytes = slotBytes;
        slab = arena.allocate((long) slots * slotBytes, 4096);
        length = new int[slots];
        segmentSize = new int[slots];
        truncated = new boolean[slots];
        sourceHigh = new long[slots];
        sourceLow = new long[slots];
        sourcePort = new int[slots];
        sourceScope = new int[slots];
        localHigh = new long[slots];
        localLow = new long[slots];
        ecn = new int[slots];
    }

    /** The memory of all slots. */
    public MemorySegment slab() {
        return slab;
    }

    public int slots() {
        return slots;
    }

    public int slotBytes() {
        return slotBytes;
    }

    /** Messages that the last receive brought. */
    public int count() {
        return count;
    }

    /** Offset of slot i in the slab. */
    public long offset(int i) {
        return (long) i * slotBytes;
    }

    /** Bytes in slot i, all its datagrams together. */
    public int length(int i) {
        return length[i];
    }

    /** Size of each datagram in slot i but the last, which may be shorter. */
    public int segmentSize(int i) {
        return segmentSize[i];
    }

    /** Congestion mark on the outer IP headers of slot i (ECN, RFC 3168), 0..3. */
    public int ecn(int i) {
        return ecn[i];
    }

    /** Whether the message was longer than its slot. */
    public boolean truncated(int i) {
        return truncated[i];
    }

    /** Whether slot i came from this endpoint, to the same local address and socket. */
    public boolean cameFrom(int i, Endpoint endpoint) {
        return endpoint != null
                && isOf(i, endpoint)
                && localLow[i] == endpoint.localLow()
                && localHigh[i] == endpoint.localHigh()
                && via == endpoint.via();
    }

    /** Whether slot i came from this remote address and port, to whatever address of ours. */
    public boolean isOf(int i, Endpoint endpoint) {
        return sourceLow[i] == endpoint.low()
                && sourceHigh[i] == endpoint.high()
                && sourcePort[i] == endpoint.port()
                && sourceScope[i] == endpoint.scope();
    }

    /** The first half of the address that slot i came from. */
    public long sourceHigh(int i) {
        return sourceHigh[i];
    }

    /** The second half of the address that slot i came from. */
    public long sourceLow(int i) {
        return sourceLow[i];
    }

    /** The port that slot i came from. */
    public int sourcePort(int i) {
        return sourcePort[i];
    }

    /** Where slot i came from. Allocates: only when a peer roams, and for handshakes. */
    public Endpoint source(int i) {
        return new Endpoint(
                sourceHigh[i],
                sourceLow[i],
                sourcePort[i],
                sourceScope[i],
                localHigh[i],
                localLow[i],
                via);
    }

    /** A receiver starts to fill the batch anew. */
    public void reset() {
        reset(0);
    }

    /** As above, from that socket of a {@link UdpFan}. */
    void reset(int socket) {
        count = 0;
        via = socket;
    }

    /**
     * A receiver adds one message, whose bytes are already in the next slot.
     *
     * @param bytes its length
     * @param segment size of its datagrams; {@code bytes} when there is one
     * @param cut whether it was longer than the slot
     * @param source its source; the local address, where known, is in it too
     */
    public void add(int bytes, int segment, boolean cut, Endpoint source) {
        int i = count;
        sourceHigh[i] = source.high();
        sourceLow[i] = source.low();
        sourcePort[i] = source.port();
        sourceScope[i] = source.scope();
        localHigh[i] = source.localHigh();
        localLow[i] = source.localLow();
        ecn[i] = 0;
        add(bytes, segment, cut);
    }

    /** As above, when the receiver has set the addresses itself. */
    void add(int bytes, int segment, boolean cut) {
        length[count] = bytes;
        segmentSize[count] = segment;
        truncated[count] = cut;
        count++;
    }
}
