/**
 * Names to addresses by questions of our own (RFC 1035, RFC 3596, RFC 6891), where the machine's
 * resolver cannot be used because its questions would take another way than ours.
 *
 * <p>{@link dev.taltun.io.dns.DnsClient} asks, {@link dev.taltun.io.dns.DnsMessage} holds the
 * bytes. Control code only, nothing of the packet path: it allocates and waits. Any thread. What a
 * server says is parsed as if it were hostile: it never throws, and never loops.
 *
 * <p>Must not know configuration or where the servers' addresses come from.
 */
package dev.taltun.io.dns;
