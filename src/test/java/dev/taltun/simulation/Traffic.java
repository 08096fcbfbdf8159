package dev.taltun.simulation;

import java.util.Random;

/** Hosts that talk through the tunnels, in bursts of random sizes at random times. */
final class Traffic {
    private static final int BURST_MAX = 6;

    private final Simulation simulation;
    private final Random random;
    private int generation;

    Traffic(Simulation simulation) {
        this.simulation = simulation;
        random = simulation.newRandom();
    }

    /** From now on one node sends to another, every so many milliseconds on average. */
    Traffic between(SimNode from, SimNode to, double everyMillis) {
        schedule(from, to, everyMillis, generation);
        return this;
    }

    /** Both ways. */
    Traffic amid(SimNode one, SimNode other, double everyMillis) {
        return between(one, other, everyMillis).between(other, one, everyMillis);
    }

    private void schedule(SimNode from, SimNode to, double everyMillis, int mine) {
        double wait = -Math.log(1 - random.nextDouble()) * everyMillis;
        simulation.after(
                (long) (wait * SimClock.MILLI),
                () -> {
                    if (mine == generation && from.isRunning()) {
                        send(from, to);
                        schedule(from, to, everyMillis, mine);
                    }
                });
    }

    private void send(SimNode from, SimNode to) {
        boolean burst = random.nextInt(20) == 0;
        int packets = burst ? 2 + random.nextInt(BURST_MAX) : 1;
        int largest = from.options().mtu - 60;
        int payload =
                random.nextInt(10) == 0 ? 8 + random.nextInt(largest) : 8 + random.nextInt(60);
        from.send(to, random.nextInt(4) == 0, packets, payload);
    }

    /** Nobody sends any more. */
    void stop() {
        generation++;
    }
}
