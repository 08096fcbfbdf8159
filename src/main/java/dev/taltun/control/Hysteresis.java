package dev.taltun.control;

/**
 * Keeps packets to one peer from moving between two paths again and again: the oftener the direct
 * one was in doubt, the more answers it takes to be believed in, and one that fails soon after it
 * was taken has to wait, each time twice as long. Control agent's thread.
 */
final class Hysteresis {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long HOLD_MIN_NANOS = 2 * SECOND_NANOS;
    private static final int DOUBLINGS_MAX = 5;
    private static final int DOUBTS_MAX = 4;

    /** What lasted so long begins anew. */
    private static final long STABLE_NANOS = 60 * SECOND_NANOS;

    private int flaps;
    private long holdUntil;
    private int doubts;
    private long doubtedAt;

    /** Answers that it takes to end the doubt. */
    private int proofs;

    /** The direct path is not to be taken before. */
    long holdUntil() {
        return holdUntil;
    }

    /** The direct path is taken, after so long on the relay. */
    void taken(long relayed) {
        flaps = relayed > STABLE_NANOS ? 0 : flaps;
    }

    /** The direct path failed, so long after it was taken. */
    void failed(long direct, long now) {
        flaps = direct > STABLE_NANOS ? 0 : Math.min(flaps + 1, DOUBLINGS_MAX);
        holdUntil = now + (HOLD_MIN_NANOS << flaps);
    }

    /** The direct path is in doubt. */
    void doubted(long now) {
        boolean again = doubtedAt != 0 && now - doubtedAt <= STABLE_NANOS;
        doubts = again ? Math.min(doubts + 1, DOUBTS_MAX) : 0;
        doubtedAt = now;
        proofs = 1 + doubts;
    }

    /** One more probe was answered; true if that ends the doubt. */
    boolean proven() {
        proofs--;
        return proofs <= 0;
    }

    /** What failed, failed elsewhere. */
    void forget() {
        holdUntil = 0;
        flaps = 0;
        doubts = 0;
        doubtedAt = 0;
    }
}
