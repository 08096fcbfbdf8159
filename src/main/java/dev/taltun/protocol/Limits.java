package dev.taltun.protocol;

/**
 * Every number of the protocol. Durations are in nanoseconds, as the clock passed to the protocol
 * code counts.
 */
public final class Limits {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MILLISECOND_NANOS = 1_000_000L;

    // Specification: WireGuard paper, sections 5.3, 5.4 and 6; both ends of a tunnel rely on these.

    /** After this many messages sent in a session its sender starts a new handshake. */
    public static final long REKEY_AFTER_MESSAGES = 1L << 60;

    /** Counters from here on (unsigned) are neither sent nor accepted. */
    public static final long REJECT_AFTER_MESSAGES = -(1L << 13) - 1;

    /**
     * Age of a session at which its initiator starts a new handshake when it sends. Tests shorten
     * it by the system property {@code taltun.rekeyAfterSeconds}.
     */
    public static final long REKEY_AFTER_TIME_NANOS =
            Math.clamp(Long.getLong("taltun.rekeyAfterSeconds", 120), 1, 120) * SECOND_NANOS;

    /** Age of a session from which it neither sends nor receives. */
    public static final long REJECT_AFTER_TIME_NANOS = 180 * SECOND_NANOS;

    /** How long an initiation that sees no response is given up on before it is retried. */
    public static final long REKEY_ATTEMPT_TIME_NANOS = 90 * SECOND_NANOS;

    /** Wait for a response before the next initiation, and least interval between initiations. */
    public static final long REKEY_TIMEOUT_NANOS = 5 * SECOND_NANOS;

    /** Largest random addition to {@link #REKEY_TIMEOUT_NANOS}, so that two ends do not collide. */
    public static final long REKEY_TIMEOUT_JITTER_MAX_NANOS = 333 * MILLISECOND_NANOS;

    /** Silence after a received packet at which an empty packet answers. */
    public static final long KEEPALIVE_TIMEOUT_NANOS = 10 * SECOND_NANOS;

    /** After this long without a new session all key material of a peer is wiped. */
    public static final long WIPE_AFTER_TIME_NANOS = 3 * REJECT_AFTER_TIME_NANOS;

    /** Lifetime of a cookie and of the secret that cookies are made with. */
    public static final long COOKIE_REFRESH_TIME_NANOS = 120 * SECOND_NANOS;

    /** Initiations consumed from one peer are at least this far apart: 50 a second. */
    public static final long INITIATION_INTERVAL_MIN_NANOS = SECOND_NANOS / 50;

    /** Transport plaintexts are padded with zeros to a multiple of this many bytes. */
    public static final int PADDING_BYTES = 16;

    /** Length of a Curve25519 public key. */
    public static final int PUBLIC_KEY_BYTES = 32;

    /** Length of the tag that follows each ciphertext. */
    public static final int TAG_BYTES = 16;

    /** Length of a TAI64N timestamp. */
    public static final int TIMESTAMP_BYTES = 12;

    /** Length of mac1, of mac2 and of a cookie. */
    public static final int MAC_BYTES = 16;

    /** Length of the nonce of a cookie reply. */
    public static final int COOKIE_NONCE_BYTES = 24;

    // Implementation: ours to change.

    /** Initiations sent without any response before giving up: 90 s / 5 s. */
    public static final int HANDSHAKE_ATTEMPTS_MAX =
            (int) (REKEY_ATTEMPT_TIME_NANOS / REKEY_TIMEOUT_NANOS);

    /** Received counters this far behind the highest one are refused (RFC 6479). */
    public static final int REPLAY_WINDOW_COUNTERS = 8192;

    /** A cookie is used this much less than its lifetime, for it also aged on its way. */
    public static final long COOKIE_LATENCY_NANOS = 5 * SECOND_NANOS;

    /** How long the engine counts as under load after the last time it was. */
    public static final long UNDER_LOAD_AFTER_TIME_NANOS = SECOND_NANOS;

    /** Under load when one part in this many of the handshake queue is occupied. */
    public static final int UNDER_LOAD_QUEUE_PART = 8;

    /** Under load when handshake messages waste more than one part in this many of a core. */
    public static final int UNDER_LOAD_CORE_PART = 4;

    /** Handshake messages a second from one source while under load. */
    public static final int SOURCE_HANDSHAKES_PER_SECOND = 20;

    /** Handshake messages in a row from one source while under load. */
    public static final int SOURCE_HANDSHAKES_BURST = 5;

    /** Smallest and largest MTU of a tunnel interface. */
    public static final int MTU_MIN = 576;

    public static final int MTU_MAX = 65535;

    private Limits() {}

    /**
     * How many zeros follow a plaintext: up to the next multiple of 16, but never beyond the MTU,
     * or an honest full packet would no longer fit through the path the MTU was chosen for.
     *
     * <p>A packet longer than the MTU (what follows a changed MTU) counts by its last MTU's part.
     *
     * @param length bytes of the packet, at least 0
     * @param mtu of the tunnel interface; 0 if there is none
     * @return 0 to 15
     */
    public static int padding(int length, int mtu) {
        int last = mtu != 0 && length > mtu ? length % mtu : length;
        int padded = (last + PADDING_BYTES - 1) & -PADDING_BYTES;
        return (mtu != 0 && padded > mtu ? mtu : padded) - last;
    }
}
