package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.protocol.FilterCheck;

/**
 * Finds out whether what is in front of us filters by port: one lighthouse is asked for strays,
 * three times, a second apart. Control agent's thread.
 */
final class FilterInquiry {
    private static final long AGAIN_NANOS = 1_000_000_000L;
    private static final int TRIES = 3;

    private final PathParts parts;
    private long token;
    private int tries;

    /** When to ask again, or to conclude, or 0. */
    private long nextAt;

    private String result = "";

    FilterInquiry(PathParts parts) {
        this.parts = parts;
    }

    /** Begins anew: the NAT may be another. */
    void begin(long number, long now) {
        token = number;
        tries = 0;
        nextAt = now;
        onTimer(now);
    }

    /** What came of it, in words; empty while that is open. */
    String result() {
        return result;
    }

    long deadline() {
        return nextAt == 0 ? Long.MAX_VALUE : nextAt;
    }

    void onTimer(long now) {
        if (nextAt == 0 || now < nextAt) {
            return;
        }
        if (tries == TRIES) {
            nextAt = 0;
            result = "by address and port: only whom we sent to may answer";
            return;
        }
        tries++;
        nextAt = now + AGAIN_NANOS;
        FilterCheck.put(parts.context().frame, 0, token);
        parts.send(FilterCheck.BYTES, now);
    }

    /** A stray came; false if it is not ours. */
    boolean onStray(Endpoint source, long itsToken) {
        Endpoint lighthouse = parts.peer().endpoint();
        boolean ours =
                nextAt != 0
                        && itsToken == token
                        && lighthouse != null
                        && source.high() == lighthouse.high()
                        && source.low() == lighthouse.low()
                        && source.port() != lighthouse.port();
        if (ours) {
            nextAt = 0;
            result = "not by port: a stranger's datagram arrives, at least from a known address";
        }
        return ours;
    }
}
