package dev.taltun.io.udp;

/** The receiving side of a UDP socket, for one thread. */
public interface UdpReceiver {
    /**
     * Fills the batch with what has arrived, without blocking.
     *
     * @return messages received, 0 when there are none, or {@code -errno}
     */
    int receive(RxBatch batch);

    /** Whether {@link #await} is to be had. */
    default boolean canAwait() {
        return false;
    }

    /**
     * As {@link #receive}, but sleeps in the system call until something arrives, or a signal
     * comes.
     */
    default int await(RxBatch batch) {
        throw new UnsupportedOperationException();
    }

    /** Whether there may be errors to take with {@link #nextError}. */
    default boolean hasErrors() {
        return false;
    }

    /** Whoever waits for the socket has seen that it has errors. */
    default void expectErrors() {}

    /**
     * Takes what the network said about a datagram sent earlier.
     *
     * @return false when there is nothing left, and {@code into} means nothing
     */
    default boolean nextError(UdpError into) {
        return false;
    }
}
