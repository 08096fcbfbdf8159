package dev.taltun.agent;

/**
 * The turns of an {@link Agent}: in each it works, and rests if no more is known to be there. What
 * {@link AgentRunner} repeats until its end.
 *
 * <p>Belongs to the agent's thread, but for {@link #end()}.
 */
public final class AgentTurn {
    private final Agent agent;
    private final Quiescence.Slot slot;
    private final IdleStrategy idleStrategy;
    private volatile boolean ended;

    /**
     * @param slot how the thread tells that it holds no reference into shared tables
     */
    public AgentTurn(Agent agent, Quiescence.Slot slot) {
        this.agent = agent;
        this.slot = slot;
        idleStrategy = agent.idleStrategy();
    }

    /**
     * Takes turns.
     *
     * @param most turns to take
     * @param maxNanos longest rest in each
     * @return false when it is to end
     */
    public boolean take(int most, long maxNanos) {
        for (int i = 0; i < most && !ended; i++) {
            if (!work() && !ended) {
                idleStrategy.idle(agent, maxNanos);
            }
        }
        return !ended;
    }

    /** No more turns, but the one under way. Any thread; wakes nobody. */
    void end() {
        ended = true;
    }

    /** Works; returns whether there may be more to do. */
    private boolean work() {
        slot.enter();
        int work;
        try {
            work = agent.doWork();
        } finally {
            slot.exit();
        }
        if (work > 0) {
            idleStrategy.worked();
        }
        return work > 0;
    }
}
