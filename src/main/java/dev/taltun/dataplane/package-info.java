/**
 * The packet path: what happens to every packet between the TUN device and the UDP socket.
 *
 * <pre>
 *   TUN --read--> Outbound: route, segment, seal --TxBatch--> Transmitter --sendmmsg--> UDP
 *                                                     |            ^
 *                                                     `-- queue -- UdpWriter (socket full)
 *   UDP --recvmmsg--> Inbound: index, open, replay, source check --> Coalescer --write--> TUN
 *                        |                                      |
 *                        |                                      `--> Relay: for another peer: seal
 *                        |                                               --TxBatch--> Transmitter
 *                        `-- handshake messages --> control agent
 * </pre>
 *
 * <p>Each agent is one thread with memory of its own, fixed at start. Nothing here allocates,
 * locks, throws or logs per packet; what cannot be delivered is dropped and counted. Knows nothing
 * of handshakes, timers or configuration.
 */
package dev.taltun.dataplane;
