/**
 * UDP sockets in batches: {@link dev.taltun.io.udp.TxBatch} and {@link dev.taltun.io.udp.RxBatch}
 * hold packets off-heap, {@link dev.taltun.io.udp.UdpSender} and {@link
 * dev.taltun.io.udp.UdpReceiver} move them with {@code sendmmsg} and {@code recvmmsg}.
 *
 * <p>A sender or receiver belongs to one thread; a socket may have several senders. Batches belong
 * to whoever took them out of a pool or queue.
 */
package dev.taltun.io.udp;
