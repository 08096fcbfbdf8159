/**
 * Whole engines in one process, on one thread, with a clock turned by hand: the real packet path
 * and the real control agent between devices of memory and a network that loses, repeats, delays,
 * damages and forges. Hours pass in milliseconds.
 *
 * <p>Every run has a seed, and everything random in it comes from that seed: which agent works
 * first, who is kept waiting, what happens to a datagram, ephemeral keys and all. A failing test
 * prints the seed and the story so far; {@code -Dtaltun.seed=...} plays it again.
 *
 * <p>{@link dev.taltun.simulation.Ledger} knows every inner packet that was sent, and refuses what
 * was not, or what comes twice. {@link dev.taltun.simulation.KeyAudit} refuses a nonce used twice
 * and a key used after it was wiped. {@link dev.taltun.simulation.WireRules} looks at every
 * datagram. They do so in every test, whatever it is about.
 */
package dev.taltun.simulation;
