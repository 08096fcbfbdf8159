package dev.taltun.io.tun;

import java.lang.foreign.MemorySegment;

/** The reading side of one queue of a TUN device, for one thread. */
public interface TunReader {
    /**
     * Reads one packet or super-packet, without blocking.
     *
     * @param buffer gets a {@link VirtioNetHeader} and the packet
     * @param offset where in the buffer
     * @param length room there, at least {@link VirtioNetHeader#BYTES} + 65535
     * @return bytes read, header included; 0 when there is none, or {@code -errno}
     */
    int read(MemorySegment buffer, long offset, int length);

    /** Whether {@link #await} is to be had. */
    default boolean canAwait() {
        return false;
    }

    /**
     * As {@link #read}, but sleeps in the system call until there is a packet, or a signal comes.
     */
    default int await(MemorySegment buffer, long offset, int length) {
        throw new UnsupportedOperationException();
    }
}
