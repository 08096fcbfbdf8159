/**
 * Unix stream sockets with a name in the file system, for the control socket: a listener, its
 * connections, and one thread's sleep until any of them has something to do.
 *
 * <p>Nothing of it is on the packet path. All methods but {@link
 * dev.taltun.io.unix.UnixListener#wakeUp} belong to one thread.
 */
package dev.taltun.io.unix;
