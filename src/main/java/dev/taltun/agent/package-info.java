/**
 * Threads and what passes between them: an {@link dev.taltun.agent.Agent} is the work of one
 * thread, an {@link dev.taltun.agent.AgentRunner} is that thread, a {@link
 * dev.taltun.agent.Mailbox} carries objects to it, and {@link dev.taltun.agent.Quiescence} tells
 * when memory that agents may still be reading can be wiped.
 *
 * <p>The only package that uses JCTools and the only one that reads the machine's clocks. Knows
 * nothing of packets.
 */
package dev.taltun.agent;
