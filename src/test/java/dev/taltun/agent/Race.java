package dev.taltun.agent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;

/**
 * Two threads that do one thing each to the same many objects, in step with each other: somewhere
 * they meet within the few nanoseconds in which a missing fence shows.
 */
final class Race {
    private static final VarHandle AT = MethodHandles.arrayElementVarHandle(int[].class);
    private static final int SPINS = 2000;

    /** How far each is, on cache lines of their own. */
    private final int[] at = new int[96];

    private Race() {}

    static void run(int objects, IntConsumer left, IntConsumer right) throws InterruptedException {
        Race race = new Race();
        Thread a = race.start(objects, left, 32, 64);
        Thread b = race.start(objects, right, 64, 32);
        a.join();
        b.join();
    }

    private Thread start(int objects, IntConsumer body, int own, int other) {
        return Thread.ofPlatform()
                .start(
                        () -> {
                            for (int i = 0; i < objects; i++) {
                                AT.setRelease(at, own, i + 1);
                                int spins = 0;
                                while ((int) AT.getAcquire(at, other) <= i) {
                                    if (spins++ > SPINS) {
                                        Thread.yield();
                                    }
                                }
                                // A few steps apart, now one first and now the other.
                                for (int s = 0; s < (i ^ own) % 7; s++) {
                                    Thread.onSpinWait();
                                }
                                body.accept(i);
                            }
                        });
    }
}
