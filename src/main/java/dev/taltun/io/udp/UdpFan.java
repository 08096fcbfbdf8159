package dev.taltun.io.udp;

import dev.taltun.ffi.Errno;

/**
 * Further UDP sockets of a node, each with a random port of its own, for peers that can only be
 * reached through one of many mappings of a NAT. What comes to one of them is received like what
 * comes to the node's own socket, with an {@link Endpoint} that says where: whoever sends there
 * uses the same socket. One thread opens and closes.
 */
public interface UdpFan {
    /** A node without. */
    UdpFan NONE =
            new UdpFan() {
                @Override
                public int open() {
                    return -Errno.EMFILE;
                }

                @Override
                public void close(int via) {}
            };

    /**
     * Opens one more.
     *
     * @return its number, positive, for {@link Endpoint#via}; or {@code -errno}
     */
    int open();

    /**
     * Closes one. Its number may be used again by {@link #open}, and by nobody else: what is still
     * on its way to it is lost, and goes nowhere else.
     */
    void close(int via);
}
