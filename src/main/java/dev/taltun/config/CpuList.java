package dev.taltun.config;

import java.util.BitSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * CPUs to pin threads to, as {@code taskset -c} writes them: {@code 0-3,6}. Immutable.
 *
 * <p>Empty means that the kernel schedules as it likes.
 */
public final class CpuList {
    /** CPUs of the kernel's fixed-size set ({@code CPU_SETSIZE}). */
    private static final int CPU_MAX = 1023;

    /** No pinning. */
    public static final CpuList NONE = new CpuList(new BitSet());

    private final BitSet cpus;

    private CpuList(BitSet cpus) {
        this.cpus = cpus;
    }

    /**
     * Reads a list of numbers and ranges.
     *
     * @throws IllegalArgumentException with a one-line reason
     */
    public static CpuList parse(String text) {
        BitSet cpus = new BitSet();
        for (String part : text.split(",", -1)) {
            int dash = part.indexOf('-');
            int first = number(dash < 0 ? part : part.substring(0, dash));
            int last = dash < 0 ? first : number(part.substring(dash + 1));
            if (last < first) {
                throw new IllegalArgumentException(
                        "the range runs backwards; write the smaller CPU first, as in 0-3");
            }
            cpus.set(first, last + 1);
        }
        return new CpuList(cpus);
    }

    private static int number(String text) {
        String digits = text.strip();
        int value = digits.isEmpty() || digits.length() > 4 ? -1 : 0;
        for (int i = 0; i < digits.length() && value >= 0; i++) {
            char c = digits.charAt(i);
            value = c < '0' || c > '9' ? -1 : value * 10 + (c - '0');
        }
        if (value < 0 || value > CPU_MAX) {
            throw new IllegalArgumentException(
                    "not a list of CPU numbers (0 to 1023); write it like 0-3 or 0,2,4");
        }
        return value;
    }

    /** Whether there is no CPU to pin to. */
    public boolean isEmpty() {
        return cpus.isEmpty();
    }

    /** The CPU numbers, ascending. */
    public IntStream stream() {
        return cpus.stream();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpuList that && cpus.equals(that.cpus);
    }

    @Override
    public int hashCode() {
        return cpus.hashCode();
    }

    /** The numbers with commas between them. */
    @Override
    public String toString() {
        return stream().mapToObj(Integer::toString).collect(Collectors.joining(","));
    }
}
