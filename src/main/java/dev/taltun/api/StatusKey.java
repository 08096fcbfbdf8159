package dev.taltun.api;

/** Keys of {@code get=1} that WireGuard does not have. Numbers are decimal. */
final class StatusKey {
    // The interface.

    /** Our public key, hex; wg(8) derives it from the private one. */
    static final String OWN_PUBLIC_KEY = "own_public_key";

    static final String MODE = "mode";
    static final String MTU = "mtu";

    /** Names of the offloads in use, blank between them. */
    static final String OFFLOADS = "offloads";

    /** The AEAD providers in use, in words. */
    static final String CRYPTO = "crypto";

    /** Name of a counter that is not 0, a blank, its value; one line each. */
    static final String COUNTER = "counter";

    // A peer.

    static final String NAME = "name";

    /** Cipher suite of the session that is sent with; absent without one. */
    static final String SUITE = "suite";

    static final String SESSION_AGE_MS = "session_age_ms";

    /** How packets go: {@code direct} or {@code relay}. Absent while there is no way. */
    static final String PATH = "path";

    /** Name of the peer that relays; absent unless the path is {@code relay}. */
    static final String PATH_RELAY = "path_relay";

    /** Why the path is not direct, in words; absent if it is. */
    static final String PATH_REASON = "path_reason";

    /** Since the path changed; absent if it never did. */
    static final String PATH_CHANGED_MS_AGO = "path_changed_ms_ago";

    /** Last measured round trip on the direct path; absent if none. */
    static final String DIRECT_RTT_US = "direct_rtt_us";

    /** Last measured round trip through the relay; absent if none. */
    static final String RELAY_RTT_US = "relay_rtt_us";

    /** Our own endpoint as the peer, a lighthouse, last saw it; absent if it never said. */
    static final String OBSERVED = "observed";

    /** Since it said that. */
    static final String OBSERVED_MS_AGO = "observed_ms_ago";

    /** Which address of this machine it saw there; absent if unknown. */
    static final String OBSERVED_FROM = "observed_from";

    /** Whose datagrams reach us, as a lighthouse found out, in words; absent if it did not. */
    static final String FILTERING = "filtering";

    /** Where the peer may be: an endpoint, a blank, what came of it; one line each. */
    static final String CANDIDATE = "candidate";

    /** Since the last authentic packet; absent before the first. */
    static final String RECEIVED_MS_AGO = "received_ms_ago";

    /** How long what we send has not been answered; 0 while it is. */
    static final String UNANSWERED_MS = "unanswered_ms";

    static final String TX_PACKETS = "tx_packets";
    static final String RX_PACKETS = "rx_packets";

    /** Packets held until there is a session; absent for none. */
    static final String WAITING_PACKETS = "waiting_packets";

    private StatusKey() {}
}
