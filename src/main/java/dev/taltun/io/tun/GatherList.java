package dev.taltun.io.tun;

import java.lang.foreign.MemorySegment;

/**
 * Pieces of memory that together are one packet: what {@code writev} gathers, so that coalescing
 * packets copies nothing.
 *
 * <p>Holds references only; the memory must stay as it is until the write. Belongs to one thread.
 */
public final class GatherList {
    private final MemorySegment[] segments;
    private final long[] offsets;
    private final int[] lengths;
    private int count;
    private int bytes;

    /**
     * @param capacity most pieces, at most 1024 (IOV_MAX)
     */
    public GatherList(int capacity) {
        segments = new MemorySegment[capacity];
        offsets = new long[capacity];
        lengths = new int[capacity];
    }

    public void clear() {
        count = 0;
        bytes = 0;
    }

    public boolean isFull() {
        return count == segments.length;
    }

    /** Adds a piece behind the others. */
    public void add(MemorySegment segment, long offset, int length) {
        segments[count] = segment;
        offsets[count] = offset;
        lengths[count] = length;
        count++;
        bytes += length;
    }

    /**
     * Takes bytes off the front.
     *
     * @param length of the first piece, or less: a first piece that is used up goes
     */
    void skip(int length) {
        bytes -= length;
        offsets[0] += length;
        lengths[0] -= length;
        if (lengths[0] == 0) {
            count--;
            System.arraycopy(segments, 1, segments, 0, count);
            System.arraycopy(offsets, 1, offsets, 0, count);
            System.arraycopy(lengths, 1, lengths, 0, count);
        }
    }

    public int count() {
        return count;
    }

    /** Length of all pieces. */
    public int bytes() {
        return bytes;
    }

    public MemorySegment segment(int i) {
        return segments[i];
    }

    public long offset(int i) {
        return offsets[i];
    }

    public int length(int i) {
        return lengths[i];
    }
}
