/**
 * TUN devices: raw IP packets in and out, each behind a {@link dev.taltun.io.tun.VirtioNetHeader}
 * that says which checksums are still to be computed and whether it is a super-packet to be cut.
 *
 * <p>A reader or writer belongs to one thread.
 */
package dev.taltun.io.tun;
