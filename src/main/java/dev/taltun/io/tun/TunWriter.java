package dev.taltun.io.tun;

/** The writing side of one queue of a TUN device, for one thread. */
public interface TunWriter {
    /**
     * Writes one packet or super-packet, without blocking.
     *
     * @param pieces a {@link VirtioNetHeader} followed by the packet, gathered from pieces
     * @return bytes written, or {@code -errno}
     */
    int write(GatherList pieces);
}
