package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.protocol.ControlFrame;
import java.util.List;

/**
 * What a lighthouse says of a peer.
 *
 * @param places that are worth a try, best first
 * @param seen where the lighthouse itself sees the peer, the first of the places; null if that is
 *     not worth a try
 * @param capabilities of the peer, as a set of bits
 * @param answer whether it answers a question of ours; else the peer asks for us
 * @param transaction of that question
 */
record Hearsay(
        List<Endpoint> places, Endpoint seen, int capabilities, boolean answer, int transaction) {
    Hearsay {
        places = List.copyOf(places);
    }

    /** Whether the peer's NAT shows another port to every destination. */
    boolean varies() {
        return (capabilities & ControlFrame.CAPABILITY_VARIES) != 0;
    }

    /** Whether the peer takes part in guessing ports. */
    boolean predicts() {
        return (capabilities & ControlFrame.CAPABILITY_PREDICTS) != 0;
    }
}
