package dev.taltun.control;

import dev.taltun.dataplane.ControlPort;
import dev.taltun.io.udp.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where this machine itself refuses to send to: a firewall, or no route. One refusal says little,
 * for a full table of connections or a rate limit drops one datagram and takes the next; a second
 * one soon after it is believed.
 *
 * <p>Not beyond doubt, though: a socket that is flooded with forged ICMP errors may report one of
 * them, about an earlier datagram, as if the kernel had refused this one. So nothing but what does
 * no harm may come of it: a peer moves to a relay that is known to reach it, without the penalty
 * for paths that fail; a lighthouse is asked whether it is there; and a peer that was not heard
 * lately gets a handshake. No path, no session and no lighthouse is given up. Control agent's
 * thread.
 */
final class LocalRefusals {
    /** Two that are no farther apart count. */
    static final long WITHIN_NANOS = 2_000_000_000L;

    /** Two that are nearer may be of one burst. Also how long a place is not told again. */
    static final long APART_NANOS = 50_000_000;

    /** A look at every peer for those that count, no oftener for one place. */
    static final long AGAIN_NANOS = 1_000_000_000L;

    private record Seen(long at, boolean acted) {}

    private final ControlPort port;

    /** By remote address; of the last two seconds, and so of a few hundred at most. */
    private final Map<Endpoint, Seen> places = new HashMap<>();

    private final List<Endpoint> repeated = new ArrayList<>();

    /** When to hear again of what was told, or {@link Long#MAX_VALUE}. */
    private long listenAt = Long.MAX_VALUE;

    LocalRefusals(ControlPort port) {
        this.port = port;
    }

    /** The places that are refused for the second time; valid until the next call. */
    List<Endpoint> take(long now) {
        repeated.clear();
        if (now >= listenAt) {
            listenAt = Long.MAX_VALUE;
            port.listenForUnsendable();
        }
        Endpoint place;
        while ((place = port.takeUnsendable()) != null) {
            if (listenAt == Long.MAX_VALUE) {
                listenAt = now + APART_NANOS;
                places.values().removeIf(seen -> now - seen.at > WITHIN_NANOS);
            }
            if (counts(place.through(0), now)) {
                repeated.add(place);
            }
        }
        return repeated;
    }

    private boolean counts(Endpoint place, long now) {
        Seen seen = places.get(place);
        if (seen == null || now - seen.at > WITHIN_NANOS) {
            places.put(place, new Seen(now, false));
            return false;
        }
        if (now - seen.at < (seen.acted ? AGAIN_NANOS : APART_NANOS)) {
            return false;
        }
        places.put(place, new Seen(now, true));
        return true;
    }

    /** When to call {@link #take} at the latest, or {@link Long#MAX_VALUE}. */
    long deadline() {
        return listenAt;
    }
}
