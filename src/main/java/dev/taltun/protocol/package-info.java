/**
 * The bytes on the wire: WireGuard's four messages, Taltun's control frames, and as much of the IP,
 * TCP and UDP headers as the packet path reads, with every number of the protocol in {@link
 * dev.taltun.protocol.Limits}.
 *
 * <p>Flyweights: stateless static methods over a memory segment and the offset where the message
 * starts. Check once ({@code checkLength} or {@code check}), then read: after a check that returned
 * true no accessor can fail. Nothing here allocates, throws for what the bytes hold, owns memory or
 * keeps state, so any thread may call anything. This package knows neither keys, sessions nor
 * peers.
 */
package dev.taltun.protocol;
