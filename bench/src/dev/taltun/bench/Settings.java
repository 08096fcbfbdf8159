package dev.taltun.bench;

/**
 * How much is measured.
 *
 * @param repetitions turns of each contender
 * @param seconds of each TCP measurement
 * @param warmupSeconds of TCP before the first figure: compilers and windows of TCP settle
 * @param floodSeconds of each UDP flood
 * @param probes most probes of the search for a loss-free rate
 * @param probeSeconds of each such probe
 * @param pings idle, and as many under load
 */
record Settings(
        int repetitions,
        int seconds,
        int warmupSeconds,
        int floodSeconds,
        int probes,
        double probeSeconds,
        int pings) {
    /** Pings every 2 ms when idle, every 4 ms under load. */
    static final double IDLE_INTERVAL = 0.002;

    static final double LOADED_INTERVAL = 0.004;

    /** Under a quarter of an hour with what Debian has. */
    static Settings standard() {
        return new Settings(5, 2, 2, 1, 4, 0.4, 400);
    }

    /** For a first impression. */
    static Settings quick() {
        return new Settings(1, 1, 1, 1, 3, 0.3, 200);
    }

    Settings with(Integer wantedRepetitions, Integer wantedSeconds) {
        return new Settings(
                wantedRepetitions == null ? repetitions : wantedRepetitions,
                wantedSeconds == null ? seconds : wantedSeconds,
                warmupSeconds,
                floodSeconds,
                probes,
                probeSeconds,
                pings);
    }

    /** Length of the TCP flow under which pings are sent. */
    int loadedSeconds() {
        return (int) Math.ceil(pings * LOADED_INTERVAL) + 1;
    }
}
