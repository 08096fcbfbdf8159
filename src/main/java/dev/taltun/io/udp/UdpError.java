package dev.taltun.io.udp;

import dev.taltun.ffi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * What the network says about a datagram that was sent: an ICMP error, with the beginning of the
 * datagram it is about. Anybody can forge one who knows our address and port, so believe only what
 * the quoted bytes prove.
 *
 * <p>Belongs to whoever took it from its pool or out of a queue, until {@link #release()}.
 */
public final class UdpError {
    /** As much of a datagram as its kind and the index in it take. */
    static final int QUOTE_BYTES = 16;

    private final MemorySegment quote;
    private Consumer<UdpError> home = error -> {};
    int errno;

    /** Whether ICMP calls it "destination unreachable". */
    boolean undelivered;

    int quoted;
    long high;
    long low;
    int port;
    int scope;

    /**
     * @param arena owner of its memory
     */
    public UdpError(Arena arena) {
        quote = arena.allocate(QUOTE_BYTES, 16);
    }

    /** Sets where {@link #release()} returns it; once, by its pool. */
    public void setHome(Consumer<UdpError> pool) {
        home = pool;
    }

    /**
     * Takes in what some network says.
     *
     * @param number positive
     * @param destination whether it is about the destination, not about the way (too many hops)
     * @param to where the datagram had been sent
     */
    public void set(int number, boolean destination, Endpoint to, byte[] datagram) {
        errno = number;
        undelivered = destination;
        high = to.high();
        low = to.low();
        port = to.port();
        scope = to.scope();
        quoted = Math.min(datagram.length, QUOTE_BYTES);
        MemorySegment.copy(MemorySegment.ofArray(datagram), 0, quote, 0, quoted);
    }

    /** Whether the host is there but nobody listens on the port. */
    public boolean isRefused() {
        return errno == Errno.ECONNREFUSED;
    }

    /**
     * Whether datagrams of its kind do not arrive there: no host, no network, no listener, or a
     * firewall says so. Not if it was too big, nor if its hops did not suffice, for which Linux has
     * the same number as for a host that is not there: some of ours are not to get far.
     */
    public boolean isUnreachable() {
        return undelivered && errno != Errno.EMSGSIZE;
    }

    /** Where the datagram had been sent. Allocates. */
    public Endpoint remote() {
        return new Endpoint(high, low, port, scope, 0, 0);
    }

    /** How the datagram began, at offset 0. */
    public MemorySegment quote() {
        return quote;
    }

    /** How many of its bytes there are, 0 to 16. */
    public int quoted() {
        return quoted;
    }

    /** Returns it to its pool. */
    public void release() {
        home.accept(this);
    }
}
