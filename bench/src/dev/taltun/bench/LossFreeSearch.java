package dev.taltun.bench;

/**
 * Searches for the highest rate that arrives without loss. Asks for probes and is told what came of
 * them; sends nothing itself.
 *
 * <p>"Without loss" is at most one packet in a thousand: with both ends, the tunnel and iperf3 on
 * the same few cores, a receiver that is not scheduled for some milliseconds loses packets at any
 * rate, which says nothing about the tunnel.
 */
final class LossFreeSearch {
    static final double LOSS_MAX = 0.001;

    /** A bracket this narrow is good enough. */
    private static final double PRECISION = 1.05;

    /** A sender that stays this far behind what it was asked for is the limit itself. */
    private static final double SENDER_KEEPS_UP = 0.9;

    /** How far to go down while every probe lost. */
    private static final double STEP_DOWN = 2;

    private final double guess;
    private int probesLeft;
    private boolean first = true;
    private boolean senderIsTheLimit;

    /** Rates in packets per second: proven without loss, and known to lose. */
    private double best;

    private double tooMuch;

    /**
     * @param offered rate in packets per second that a flood offered
     * @param delivered rate of it that arrived: where the search starts
     * @param loss of the flood, as a fraction
     * @param probes most probes
     */
    LossFreeSearch(double offered, double delivered, double loss, int probes) {
        guess = delivered;
        tooMuch = offered;
        probesLeft = probes;
        if (loss <= LOSS_MAX) {
            best = delivered;
            senderIsTheLimit = true;
        }
    }

    boolean isDone() {
        return probesLeft == 0
                || senderIsTheLimit
                || tooMuch < 1
                || (best > 0 && tooMuch / best < PRECISION);
    }

    /** Rate of the next probe, packets per second. */
    double next() {
        if (first && guess > 0) {
            return guess;
        }
        return best > 0 ? Math.sqrt(best * tooMuch) : tooMuch / STEP_DOWN;
    }

    /**
     * Takes the outcome of a probe.
     *
     * @param asked the rate it was to have
     * @param sent rate at which packets were sent
     * @param loss of them, as a fraction
     */
    void report(double asked, double sent, double loss) {
        first = false;
        probesLeft--;
        if (loss > LOSS_MAX) {
            tooMuch = Math.min(tooMuch, asked);
            return;
        }
        best = Math.max(best, sent);
        senderIsTheLimit = sent < asked * SENDER_KEEPS_UP;
    }

    /** Highest rate that arrived without loss; 0 if none did. */
    double result() {
        return best;
    }
}
