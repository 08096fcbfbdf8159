/**
 * Cryptokey routing: which peer owns an inner address.
 *
 * <p>Pure values and immutable tables. Nothing here knows peers, sessions, packets or I/O; the
 * value of a {@link dev.taltun.routing.PrefixTable} is a type parameter. Everything is on the Java
 * heap and immutable once published, so any thread may read it without synchronization: the control
 * thread makes a new snapshot and publishes it through one volatile reference, the packet path only
 * looks up and never allocates.
 *
 * <p>Addresses are numbers: an IPv4 address is an {@code int}, an IPv6 address is two {@code
 * long}s, each holding the bytes in network order (most significant byte first).
 */
package dev.taltun.routing;
