package dev.taltun.agent;

/**
 * One turn of an {@link Agent}: it works, or sleeps if there is nothing to do. What {@link
 * AgentRunner} repeats until its end.
 *
 * <p>Belongs to the agent's thread.
 */
public final class AgentTurn {
    private final Agent agent;
    private final Quiescence.Slot slot;
    private final IdleStrategy idleStrategy;

    /**
     * @param slot how the thread tells that it holds no reference into shared tables
     */
    public AgentTurn(Agent agent, Quiescence.Slot slot) {
        this.agent = agent;
        this.slot = slot;
        idleStrategy = agent.idleStrategy();
    }

    /**
     * Takes one turn.
     *
     * @param maxNanos longest sleep
     * @return whether there was work
     */
    public boolean take(long maxNanos) {
        boolean worked = work();
        if (!worked) {
            rest(maxNanos);
        }
        return worked;
    }

    /** Works; returns whether there was something to do. */
    boolean work() {
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

    /** There was nothing to do: sleeps, or looks again soon. */
    void rest(long maxNanos) {
        idleStrategy.idle(agent, maxNanos);
    }
}
