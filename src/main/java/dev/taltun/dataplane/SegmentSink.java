package dev.taltun.dataplane;

import java.lang.foreign.MemorySegment;

/** Takes IP packets one by one. */
interface SegmentSink {
    /**
     * Takes one complete IP packet.
     *
     * <p>The sink may overwrite up to 16 bytes behind the packet (padding), and must restore them.
     *
     * @return false when there is no room for it or any more
     */
    boolean accept(MemorySegment buffer, long offset, int length);
}
