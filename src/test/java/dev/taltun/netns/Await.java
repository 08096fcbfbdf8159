package dev.taltun.netns;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition of the outside world, which cannot notify. */
public final class Await {
    private static final Duration STEP = Duration.ofMillis(25);

    private Await() {}

    /**
     * Returns once the condition holds; fails with what {@code details} says when it never does.
     */
    public static void until(
            String what, Duration timeout, BooleanSupplier condition, Supplier<String> details) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "Waited " + timeout.toMillis() + " ms for: " + what + "\n" + details.get());
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }

    public static void until(String what, Duration timeout, BooleanSupplier condition) {
        until(what, timeout, condition, () -> "");
    }
}
