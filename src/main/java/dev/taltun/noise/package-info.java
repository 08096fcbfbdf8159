/**
 * WireGuard's handshake and what guards it: Noise IKpsk2 in both roles, sessions, the replay
 * window, cookies, the limit of handshakes by source and the detection of load.
 *
 * <p>No I/O and no clock: bytes come as memory segments, monotonic time as {@code nowNanos} and
 * wall time as {@link dev.taltun.noise.Tai64n}, so that a test plays hours in microseconds.
 * Everything runs on the control agent's thread, but for what the packet path shares, {@link
 * dev.taltun.noise.Session} with its {@link dev.taltun.noise.ReplayWindow}, and what it has of its
 * own: each thread a {@link dev.taltun.noise.Mac1Checker} and a {@link
 * dev.taltun.noise.Mac2Checker}.
 *
 * <p>Memory: messages are written into and read from memory of the caller. Secrets that outlive a
 * call are off-heap and wiped when their owner is closed; copies within a call are wiped before it
 * returns. Hostile bytes give null, false or a verdict, never an exception, and leave the state as
 * it was. This package knows neither sockets, peers' configuration nor routes.
 */
package dev.taltun.noise;
