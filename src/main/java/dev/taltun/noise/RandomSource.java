package dev.taltun.noise;

/**
 * Where ephemeral keys, nonces and cookie secrets come from: {@code Entropy::fill}, or a fixed
 * sequence in a test that wants the same bytes every time.
 */
@FunctionalInterface
public interface RandomSource {
    /** Fills the whole array. */
    void fill(byte[] out);
}
