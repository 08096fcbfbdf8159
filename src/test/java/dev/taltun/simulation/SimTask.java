package dev.taltun.simulation;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Quiescence;
import java.util.Random;

/** One agent on its turn, which may be kept waiting as the scheduler of a busy machine does. */
final class SimTask {
    /** How often an agent may work at one moment, before it counts as busy without a reason. */
    private static final int SPINS = 10_000;

    private final Simulation simulation;
    private final String node;
    private final SimNode.Options options;
    private final Random random;
    private final Agent agent;
    private final Quiescence.Slot slot;
    private long notBefore;
    private int spins;
    private long spinningSince;

    SimTask(
            Simulation simulation,
            String node,
            SimNode.Options options,
            Random random,
            Agent agent,
            Quiescence.Slot slot) {
        this.simulation = simulation;
        this.node = node;
        this.options = options;
        this.random = random;
        this.agent = agent;
        this.slot = slot;
    }

    /** Until when it is kept waiting. */
    long notBefore() {
        return notBefore;
    }

    /**
     * Gives the agent its turn.
     *
     * @param stepNanos how long it takes if it does something
     * @return whether it did something
     */
    boolean step(long stepNanos) {
        long now = simulation.clock().nanoTime();
        if (now < notBefore) {
            return false;
        }
        if (options.stallChance > 0 && random.nextDouble() < options.stallChance) {
            postpone(now + 1 + random.nextLong(options.stallMax));
            return false;
        }
        spins = spinningSince == now ? spins + 1 : 0;
        spinningSince = now;
        if (spins > SPINS) {
            throw new AssertionError(node + ": " + agent.roleName() + " never rests");
        }
        slot.enter();
        int work;
        try {
            work = agent.doWork();
        } finally {
            slot.exit();
        }
        if (work > 0 && stepNanos > 0) {
            postpone(now + stepNanos);
        }
        return work > 0;
    }

    private void postpone(long until) {
        notBefore = until;
        simulation.at(until, () -> {});
    }
}
