package dev.taltun.io.udp;

/** The sending side of a UDP socket, for one thread. A socket may have several. */
public interface UdpSender {
    /**
     * Sends messages of a batch from {@link TxBatch#sent()} on, without blocking. Does not advance
     * the batch.
     *
     * @return how many messages went out, at least 1, or {@code -errno} about the first of them
     */
    int send(TxBatch batch);

    /**
     * Sends the datagrams of message {@link TxBatch#sent()} one by one, for when the kernel refused
     * them as a run. Stops at the first that is refused too. Does not advance the batch.
     *
     * @return how many datagrams went out, or {@code -errno} when none did
     */
    int sendSingly(TxBatch batch);
}
