package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Session;

/**
 * Where one node has read something, and how much it may be sent where it has not. Whoever has a
 * session may put a stranger's address on its datagrams, and all that is for it goes there then: so
 * nothing that others cause goes to such a place beyond the bytes that have come from there. A node
 * that means it has itself answered, and is trusted, within a round trip. Control agent's thread.
 */
final class AddressProof {
    /** The last answer to an initiation, and where it went. */
    private Session answered;

    private Endpoint answeredTo;

    /** Where the node has read an answer of ours, or null. */
    private Endpoint provenAt;

    /** Where it is seen, but has not read anything yet, or null. */
    private Endpoint unproven;

    /** Bytes that had come from it, when last looked at before it was seen there. */
    private long before;

    private long lookedAtBytes;

    /** Bytes that went there. */
    private long sent;

    void answered(Session session, Endpoint source) {
        answered = session;
        answeredTo = source;
    }

    /** The node uses a session, and so has read the message that made it. */
    void confirmed(Session session) {
        if (session == answered) {
            provenAt = answeredTo;
        }
        answered = null;
        answeredTo = null;
    }

    /** Whether the node has read something at the place's address. */
    boolean isProven(Endpoint place) {
        return provenAt != null && place.high() == provenAt.high() && place.low() == provenAt.low();
    }

    /** Whether handshakes may go there: nothing was ever proven, or that. */
    boolean isNoStranger(Endpoint place) {
        return provenAt == null || place == null || isProven(place);
    }

    /**
     * Something came from the node, or is about to go to it.
     *
     * @param received bytes that came from it in all
     */
    void look(Endpoint place, long received) {
        if (place == null || isProven(place)) {
            unproven = null;
        } else if (unproven == null || !unproven.sameRemote(place)) {
            unproven = place;
            before = lookedAtBytes;
            sent = 0;
        }
        lookedAtBytes = received;
    }

    /** Whether so many bytes may go there that others cause; then they count as sent. */
    boolean take(Endpoint place, long received, int bytes) {
        look(place, received);
        if (unproven != null && sent + bytes > received - before) {
            return false;
        }
        sent += bytes;
        return true;
    }

    /** An answer goes there, which is smaller than its question. */
    void answers(int bytes) {
        sent += bytes;
    }
}
