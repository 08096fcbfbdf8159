package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.crypto.SecretKey;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** What all simulations share: a seed, a world, its end, and the story if something goes wrong. */
@ExtendWith(SimulationTest.StoryTeller.class)
abstract class SimulationTest {
    Simulation sim;
    private boolean failed;

    @BeforeEach
    final void begin(TestInfo test) {
        sim = new Simulation(seed(test));
    }

    /**
     * The same for a test each time, so that a build that turns red is the change's fault; {@code
     * -Dtaltun.seed=random}, as {@code make soak} sets it, looks for what no run has met yet.
     */
    private static long seed(TestInfo test) {
        String given = System.getProperty("taltun.seed", "");
        if (given.equals("random")) {
            return new Random().nextLong();
        }
        if (!given.isEmpty()) {
            return Long.parseLong(given);
        }
        String name =
                test.getTestClass().orElseThrow().getSimpleName()
                        + test.getTestMethod().orElseThrow().getName()
                        + test.getDisplayName();
        return new SplittableRandom(name.hashCode()).nextLong();
    }

    @AfterEach
    final void end() {
        if (!failed) {
            sim.finish();
        }
    }

    /** Prints what led to a failure. */
    static final class StoryTeller
            implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {
        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure)
                throws Throwable {
            throw told(context, failure);
        }

        @Override
        public void handleAfterEachMethodExecutionException(
                ExtensionContext context, Throwable failure) throws Throwable {
            throw told(context, failure);
        }

        private static Throwable told(ExtensionContext context, Throwable failure) {
            SimulationTest test = (SimulationTest) context.getRequiredTestInstance();
            test.failed = true;
            System.out.println(
                    test.sim.story()
                            + "\n--- "
                            + context.getRequiredTestClass().getSimpleName()
                            + "."
                            + context.getRequiredTestMethod().getName()
                            + " failed: "
                            + failure
                            + "\n--- play it again with -Dtaltun.seed="
                            + test.sim.seed());
            return failure;
        }
    }

    /** Every packet sent so far has come out at the other end. */
    void assertAllArrived() {
        assertEquals(0, sim.ledger().missing(), () -> "missing " + sim.ledger().missingText());
    }

    SecretKey secret() {
        byte[] bytes = new byte[SecretKey.BYTES];
        sim.random().nextBytes(bytes);
        return SecretKey.copyOf(bytes);
    }

    /** Two nodes that know where the other is, and shake hands when there is something to send. */
    record Pair(SimNode a, SimNode b) {}

    Pair pair() {
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        return new Pair(sim.start(a, b.known()), sim.start(b, a.known()));
    }

    /** Two nodes with a session. */
    Pair connected() {
        Pair pair = pair();
        pair.a.send(pair.b);
        sim.runSeconds(1);
        pair.b.send(pair.a);
        sim.runSeconds(1);
        return pair;
    }
}
