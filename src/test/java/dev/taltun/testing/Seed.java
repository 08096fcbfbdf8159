package dev.taltun.testing;

import java.util.Random;

/**
 * Randomness of a test that can be had again: the seed is printed, and {@code -Dtaltun.seed=N}
 * repeats it.
 */
public final class Seed {
    private Seed() {}

    /** A generator whose seed is printed together with the test's name. */
    public static Random random(String test) {
        Long given = Long.getLong("taltun.seed");
        long seed = given != null ? given : System.nanoTime() & 0xffff_ffffL;
        System.out.println(test + ": repeat with -Dtaltun.seed=" + seed);
        return new Random(seed);
    }
}
