package dev.taltun.agent;

import java.util.function.Consumer;

/**
 * The platform thread of one {@link Agent}: works while there is work, sleeps in the kernel when
 * there is none.
 *
 * <p>An exception out of {@link Agent#doWork()} is a bug or a dead device, never a hostile packet:
 * it ends the agent and is handed to the failure handler, which shuts the engine down.
 */
public final class AgentRunner implements Runnable {
    /** Upper bound of one sleep, so that no lost wake-up can last. */
    private static final long LONGEST_SLEEP_NANOS = 1_000_000_000L;

    /**
     * Turns at a time. A quiet tunnel's thread takes too few for the JVM to compile the loop that
     * it is in, so that is to be one that is left and entered, by others as well.
     */
    private static final int TURNS = 64;

    private final Agent agent;
    private final AgentTurn turn;
    private final Runnable onThreadStart;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;

    /**
     * @param slot how this thread tells that it holds no reference into shared tables
     * @param onThreadStart runs on the new thread before the agent starts (scheduling)
     * @param onFailure gets what ended the agent; runs on the agent's thread
     */
    public AgentRunner(
            Agent agent,
            Quiescence.Slot slot,
            Runnable onThreadStart,
            Consumer<Throwable> onFailure) {
        this.agent = agent;
        turn = new AgentTurn(agent, slot);
        this.onThreadStart = onThreadStart;
        this.onFailure = onFailure;
        thread = new Thread(this, agent.roleName());
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    @Override
    public void run() {
        try {
            onThreadStart.run();
            agent.onStart();
            try {
                loop();
            } finally {
                agent.onClose();
            }
        } catch (Throwable failure) {
            onFailure.accept(failure);
        }
    }

    private void loop() {
        while (turn.take(TURNS, LONGEST_SLEEP_NANOS)) {
            continue;
        }
    }

    /** Asks the agent to end; returns at once. Any thread. */
    public void stop() {
        turn.end();
        agent.wakeUp();
    }

    /**
     * Waits until the agent's thread has ended.
     *
     * @return false when it still runs after the time given
     */
    public boolean join(long millis) throws InterruptedException {
        thread.join(millis);
        return !thread.isAlive();
    }
}
