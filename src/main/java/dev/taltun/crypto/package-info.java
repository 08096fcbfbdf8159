/**
 * Keys, the primitives of the handshake and the AEAD providers of the packet path.
 *
 * <p>Two speeds live here. The handshake primitives ({@link dev.taltun.crypto.X25519}, {@link
 * dev.taltun.crypto.Blake2s}, {@link dev.taltun.crypto.HandshakeAead}) run a few times per peer and
 * two minutes, on the control thread, over {@code byte[]}; they may allocate. The packet path uses
 * {@link dev.taltun.crypto.AeadKey} over memory segments: no allocation, no lock, one lane per
 * thread.
 *
 * <p>Memory: key material lives off-heap where it lives longer than one call, and is wiped by
 * {@code close()}; {@code byte[]} copies belong to the caller, who wipes them with {@link
 * dev.taltun.crypto.ConstantTime#wipe}. This package knows neither messages, sessions nor peers,
 * and does no I/O. It is the only user of Bouncy Castle and, beside {@code ffi}, of the linker.
 */
package dev.taltun.crypto;
