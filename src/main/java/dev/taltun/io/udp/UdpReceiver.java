package dev.taltun.io.udp;

/** The receiving side of a UDP socket, for one thread. */
public interface UdpReceiver {
    /**
     * Fills the batch with what has arrived, without blocking.
     *
     * @return messages received, 0 when there are none, or {@code -errno}
     */
    int receive(RxBatch batch);
}
