/**
 * What the engine changes in its machine beside the TUN interface itself, and changes back: sysctls
 * and firewall of a gateway, policy routing of a full tunnel, name servers.
 *
 * <p>{@link dev.taltun.host.HostSetup} is the way in. Every change is a {@code Change}: noted in a
 * journal before it is made, undone in the opposite order, by the same code whether the engine
 * ends, its start fails half-way, or another engine finds the journal of a killed one. A journal is
 * a file under {@code /run/taltun} that its engine keeps locked, which is how the dead are told
 * from the living; engines of one network namespace take turns by another lock.
 *
 * <p>Set-up code only, nothing of the packet path: it allocates, waits and runs programs ({@code
 * nft}, {@code resolvectl}). Thread: whichever starts or ends the engine. Must not know peers'
 * sessions or packets.
 */
package dev.taltun.host;
