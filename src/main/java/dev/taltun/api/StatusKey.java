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

    /** How datagrams go: {@code direct}. Absent while there is no address to send to. */
    static final String PATH = "path";

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
