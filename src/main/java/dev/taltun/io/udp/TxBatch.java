package dev.taltun.io.udp;

import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Datagrams on their way out, sealed one behind the other in one off-heap slab.
 *
 * <p>A <em>message</em> is what one entry of {@code sendmmsg} carries: one datagram, or a run of
 * datagrams of equal size (the last may be shorter) that the kernel or the network card cuts apart
 * (UDP GSO). Runs form by themselves as datagrams for the same endpoint are appended.
 *
 * <pre>
 *   slab:  | dgram | dgram | dgr | dgram | dgram |   ...   free   |
 *           `---- message 0 ----' `- message 1 -' ^ tail
 * </pre>
 *
 * <p>A batch belongs to whoever took it from its pool or out of a queue: fill it, send it, or
 * {@link #release()} it. No method allocates.
 */
public final class TxBatch {
    /** Most messages: entries of one {@code sendmmsg}. */
    public static final int MAX_MESSAGES = 64;

    /**
     * Slab size in bytes. A batch is sent when it holds {@link #FLUSH_BYTES}, so it must take one
     * more super-packet beyond that: 64 KiB + 45 segments of 1452 bytes, rounded up for smaller
     * segments with relatively more overhead.
     */
    public static final int SLAB_BYTES = 160 * 1024;

    /** From this fill on a batch ought to be sent: one GSO run's worth. */
    public static final int FLUSH_BYTES = 60 * 1024;

    /** Largest payload of one UDP message: 65535 - 40 (IPv6) - 8 (UDP). */
    public static final int MAX_RUN_BYTES = 65_487;

    private final MemorySegment slab;
    private Consumer<TxBatch> home = batch -> {};
    private final int[] offset = new int[MAX_MESSAGES];
    private final int[] length = new int[MAX_MESSAGES];
    private final int[] segmentSize = new int[MAX_MESSAGES];
    private final int[] segments = new int[MAX_MESSAGES];
    private final int[] ecn = new int[MAX_MESSAGES];
    private final int[] hops = new int[MAX_MESSAGES];
    private final Endpoint[] destination = new Endpoint[MAX_MESSAGES];
    private int messages;
    private int sent;
    private int tail;
    private boolean runOpen;
    private int datagrams;

    /**
     * @param arena owner of the slab, outlives this batch
     */
    public TxBatch(Arena arena) {
        slab = arena.allocate(SLAB_BYTES, 64);
    }

    /** Sets where {@link #release()} returns the batch; once, by its pool. */
    public void setHome(Consumer<TxBatch> pool) {
        home = pool;
    }

    /** The memory that datagrams are written into. */
    public MemorySegment slab() {
        return slab;
    }

    /** Offset into the slab at which the next datagram is to be written. */
    public int tail() {
        return tail;
    }

    /** Whether one more datagram of this size can be appended, whatever its endpoint. */
    public boolean hasRoom(int bytes) {
        return tail + bytes <= SLAB_BYTES && messages < MAX_MESSAGES;
    }

    /** Whether it is time to send. */
    public boolean isFull() {
        return tail >= FLUSH_BYTES || messages == MAX_MESSAGES;
    }

    public boolean isEmpty() {
        return messages == 0;
    }

    /**
     * Appends the datagram that was written at {@link #tail()}.
     *
     * @param bytes its length
     * @param to its destination
     * @param maxSegments most datagrams in one run; 1 = no GSO
     * @param mark congestion mark of the outer IP header (ECN, RFC 3168), 0..3
     */
    public void append(int bytes, Endpoint to, int maxSegments, int mark) {
        int last = messages - 1;
        if (runOpen
                && bytes <= segmentSize[last]
                && destination[last] == to
                && ecn[last] == mark
                && segments[last] < maxSegments
                && length[last] + bytes <= MAX_RUN_BYTES) {
            length[last] += bytes;
            segments[last]++;
            runOpen = bytes == segmentSize[last];
        } else {
            offset[messages] = tail;
            length[messages] = bytes;
            segmentSize[messages] = bytes;
            segments[messages] = 1;
            destination[messages] = to;
            ecn[messages] = mark;
            hops[messages] = 0;
            messages++;
            runOpen = true;
        }
        tail += bytes;
        datagrams++;
    }

    /** As {@link #append(int, Endpoint, int, int)}, for a datagram that carries no mark. */
    public void append(int bytes, Endpoint to, int maxSegments) {
        append(bytes, to, maxSegments, 0);
    }

    /**
     * Limits how far the last message gets: routers drop it after that many hops. No datagram is
     * added to its run any more.
     */
    public void limitHops(int most) {
        hops[messages - 1] = most;
        runOpen = false;
    }

    /** After how many hops message i is dropped; 0 for the system's default. */
    public int hops(int i) {
        return hops[i];
    }

    /** How many messages there are. */
    public int messages() {
        return messages;
    }

    /** How many datagrams there are, over all messages. */
    public int datagrams() {
        return datagrams;
    }

    /** Offset of message i in the slab. */
    public int offset(int i) {
        return offset[i];
    }

    /** Length of message i in bytes, all its datagrams together. */
    public int length(int i) {
        return length[i];
    }

    /** Size of each datagram of message i but the last, which may be shorter. */
    public int segmentSize(int i) {
        return segmentSize[i];
    }

    /** How many datagrams message i holds. */
    public int segments(int i) {
        return segments[i];
    }

    /** Congestion mark of message i's outer IP headers, 0..3. */
    public int ecn(int i) {
        return ecn[i];
    }

    /** Where message i goes. */
    public Endpoint destination(int i) {
        return destination[i];
    }

    /** Changes where message i goes. */
    public void redirect(int i, Endpoint to) {
        destination[i] = to;
    }

    /** Messages that were handed to the kernel, or given up. */
    public int sent() {
        return sent;
    }

    /** Notes that n more messages were handed to the kernel, or given up. */
    public void advance(int n) {
        sent += n;
    }

    /** Whether nothing is left to send. */
    public boolean isDone() {
        return sent == messages;
    }

    /** Forgets all datagrams; the slab keeps ciphertext only, so it need not be wiped. */
    public void clear() {
        Arrays.fill(destination, 0, messages, null);
        messages = 0;
        sent = 0;
        tail = 0;
        datagrams = 0;
        runOpen = false;
    }

    /** Empties the batch and returns it to its pool. Any thread that owns it. */
    public void release() {
        clear();
        home.accept(this);
    }

    /**
     * Copies one ready datagram in and appends it: handshakes and the like, not the packet path.
     */
    public void copyIn(MemorySegment source, long sourceOffset, int bytes, Endpoint to) {
        copyIn(source, sourceOffset, bytes, to, 1);
    }

    /** As above, for datagrams that may form runs of at most so many. */
    void copyIn(MemorySegment source, long sourceOffset, int bytes, Endpoint to, int maxSegments) {
        MemorySegment.copy(source, Layouts.BYTE, sourceOffset, slab, Layouts.BYTE, tail, bytes);
        append(bytes, to, maxSegments);
    }
}
