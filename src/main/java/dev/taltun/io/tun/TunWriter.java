package dev.taltun.io.tun;

import java.lang.foreign.MemorySegment;

/** The writing side of one queue of a TUN device, for one thread. */
public interface TunWriter {
    /**
     * Writes one packet or super-packet, without blocking.
     *
     * @param memory holds a {@link VirtioNetHeader} followed by the packet
     * @param offset of the offload header
     * @param length of both together, in bytes
     * @return bytes written, or {@code -errno}
     */
    int write(MemorySegment memory, long offset, int length);

    /** Whether a packet may ask for its checksum to be completed ({@code NEEDS_CSUM}). */
    default boolean completesChecksums() {
        return true;
    }
}
