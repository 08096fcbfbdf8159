package dev.taltun.dataplane;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;

/**
 * The peer that packets are being sealed for: what is needed of it, read once for packets that
 * follow each other, and what was sent since. Belongs to one thread.
 */
final class Recipient {
    /**
     * How long after a handshake packets may still be staged behind others. A flood that never lets
     * the control agent catch up must get off it, at the price of order.
     */
    private static final long CATCH_UP_NANOS = 1_000_000_000;

    private final ControlPort control;
    private final Counters.Block counters;
    private Peer owner;
    private Peer peer;
    private Session session;
    private Endpoint endpoint;
    private long bytes;
    private int packets;

    Recipient(ControlPort control, Counters.Block counters) {
        this.control = control;
        this.counters = counters;
    }

    /** Who gets the packets: the peer turned to, or whoever passes its packets on; or null. */
    Peer peer() {
        return peer;
    }

    /** The session to seal with, or null while packets are to be staged. */
    Session session() {
        return session;
    }

    /** Where the peer is, or null while that is unknown. */
    Endpoint endpoint() {
        return endpoint;
    }

    /**
     * Turns to a peer; asks for a handshake if there is no session, or it is getting old.
     *
     * @param next null when there is nobody
     */
    void turnTo(Peer next, long now) {
        if (next == owner) {
            return;
        }
        account(now);
        forget();
        if (next == null) {
            return;
        }
        owner = next;
        Peer carrier = next.carrier(now);
        if (carrier != next && next.noteRelayed(now)) {
            control.request(next, Peer.RELAYED);
        }
        use(carrier, now);
    }

    private void use(Peer next, long now) {
        peer = next;
        endpoint = next.endpoint();
        Session current = next.session();
        session = current == null || current.isExpired(now) ? null : current;
        boolean old =
                session == null
                        || session.wantsRekeyByCount()
                        || (session.initiator()
                                && session.isOlderThan(Limits.REKEY_AFTER_TIME_NANOS, now));
        if (old) {
            control.request(next, Peer.WANT_HANDSHAKE);
        }
        if (session != null && next.hasStaged() && !session.isOlderThan(CATCH_UP_NANOS, now)) {
            // The session is new, and the control agent has not yet sent what waited for it.
            session = null;
        }
    }

    /** Notes one sealed packet. */
    void sealed(int datagramBytes) {
        bytes += datagramBytes;
        packets++;
    }

    /** Credits what was sealed to the peer. */
    void account(long now) {
        if (packets == 0) {
            return;
        }
        counters.add(Counter.PACKETS_SEALED, packets);
        if (peer.noteDataSent(now, bytes, packets)) {
            control.request(peer, Peer.TIMERS_STARTED);
        }
        bytes = 0;
        packets = 0;
    }

    /** Forgets the peer: the control agent may drop it, and its session, from now on. */
    void forget() {
        owner = null;
        peer = null;
        session = null;
        endpoint = null;
    }
}
