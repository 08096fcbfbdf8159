/**
 * The kernel behind small interfaces: TUN devices in {@link dev.taltun.io.tun}, UDP sockets in
 * {@link dev.taltun.io.udp}, Unix sockets in {@link dev.taltun.io.unix}, network configuration in
 * {@link dev.taltun.io.netlink}, and names asked for over a socket of our own in {@link
 * dev.taltun.io.dns}; what they share is here.
 *
 * <p>Knows nothing of the protocol. A system call that fails on the packet path is a negative
 * number ({@code -errno}); one that fails at set-up is an {@link java.io.IOException} whose
 * one-line message names the thing and the remedy.
 */
package dev.taltun.io;
