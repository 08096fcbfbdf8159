package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import java.util.List;

/**
 * Which way packets to one peer go, at one moment, and why not a better one. Immutable.
 *
 * @param kind what packets that leave now take
 * @param relay name of the peer that relays; empty unless {@code kind} is RELAY
 * @param reason why the path is not direct, for the user; empty if it is, or nothing is known
 * @param changedNanosAgo when {@code kind} last changed for good; -1 if it never did, or may be
 *     about to
 * @param directRttNanos last measured round trip on the direct path; -1 if none
 * @param relayRttNanos last measured round trip through the relay; -1 if none
 * @param observed our own place as the peer, a lighthouse, saw it, or null if it never said
 * @param candidates where the peer may be, as far as we heard, best first
 * @param filtering whose datagrams reach us, as a lighthouse found out, in words; empty if it did
 *     not
 * @param observedNanosAgo when the peer said so; -1 if it never did
 * @param observedFrom which address of this machine it was that the peer saw there; empty if the
 *     kernel did not say
 */
public record PathStatus(
        Kind kind,
        String relay,
        String reason,
        long changedNanosAgo,
        long directRttNanos,
        long relayRttNanos,
        Endpoint observed,
        List<Candidate> candidates,
        String filtering,
        long observedNanosAgo,
        String observedFrom) {
    public PathStatus {
        candidates = List.copyOf(candidates);
    }

    /** Of a peer that is no lighthouse. */
    public PathStatus(
            Kind kind,
            String relay,
            String reason,
            long changedNanosAgo,
            long directRttNanos,
            long relayRttNanos,
            Endpoint observed,
            List<Candidate> candidates) {
        this(
                kind,
                relay,
                reason,
                changedNanosAgo,
                directRttNanos,
                relayRttNanos,
                observed,
                candidates,
                "",
                -1,
                "");
    }

    /** Ways to a peer. */
    public enum Kind {
        /** There is none: packets to the peer are dropped or wait. */
        NONE,
        /** Datagrams go to the peer's own endpoint. */
        DIRECT,
        /** Another peer passes packets on. */
        RELAY
    }

    /**
     * An endpoint at which the peer may be.
     *
     * @param state what came of it so far, a few words for the user: "no answer to 5 tries"
     */
    public record Candidate(Endpoint endpoint, String state) {}

    /** Of a peer that is reached where it was found, if at all. */
    static PathStatus plain(Endpoint endpoint) {
        Kind kind = endpoint == null ? Kind.NONE : Kind.DIRECT;
        return new PathStatus(kind, "", "", -1, -1, -1, null, List.of());
    }
}
