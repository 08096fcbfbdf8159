/**
 * Peers as packet threads and the control agent share them: identity, endpoint, current session,
 * statistics, and the table from receiver index to session.
 *
 * <p>The control agent writes sessions and tables and publishes them by volatile writes; packet
 * threads read them and leave time stamps and wishes ({@link dev.taltun.peer.Peer#request}) behind.
 * Knows nothing of threads, sockets or handshakes.
 */
package dev.taltun.peer;
