package dev.taltun.routing;

import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * Immutable longest-prefix-match table for IPv4 and IPv6: a snapshot.
 *
 * <p>{@link #with} and {@link #without} give a new table that shares all but one path with this
 * one; {@link #builder()} makes a large one. One thread changes, publishes the snapshot through a
 * volatile reference, and any number of threads look up without locks and without allocation.
 * Prefixes are masked on the way in, so {@code 10.0.0.1/24} and {@code 10.0.0.0/24} are one entry.
 *
 * <p>How the trie is built: {@link TrieNode}.
 *
 * @param <V> what a prefix leads to; never null
 */
public final class PrefixTable<V> {
    private static final PrefixTable<?> EMPTY =
            new PrefixTable<>(TrieNode.EMPTY_ROOT, TrieNode.EMPTY_ROOT, 0);

    private final TrieNode root4;
    private final TrieNode root6;
    private final int size;

    private PrefixTable(TrieNode root4, TrieNode root6, int size) {
        this.root4 = root4;
        this.root6 = root6;
        this.size = size;
    }

    /** The table without any prefix. */
    @SuppressWarnings("unchecked") // Holds no value of any type.
    public static <V> PrefixTable<V> empty() {
        return (PrefixTable<V>) EMPTY;
    }

    /** A builder that starts empty. */
    public static <V> Builder<V> builder() {
        return new Builder<>();
    }

    /**
     * The value of the longest prefix that holds this IPv4 address, or null. Never allocates.
     *
     * @param address the four bytes in network order, first byte most significant
     */
    public V lookup4(int address) {
        long key = (long) address << Integer.SIZE;
        TrieNode node = root4;
        Object best = null;
        while (true) {
            int octet = (int) (key >>> node.shift) & 0xff;
            best = node.longest(octet, best);
            Object child = node.child(octet);
            if (child instanceof TrieNode next) {
                if (Long.numberOfLeadingZeros(key ^ next.high) < next.depth * Byte.SIZE) {
                    return value(best);
                }
                node = next;
            } else if (child != null) {
                TrieLeaf leaf = (TrieLeaf) child;
                boolean hit = Long.numberOfLeadingZeros(key ^ leaf.high) >= leaf.length;
                return value(hit ? leaf.value : best);
            } else {
                return value(best);
            }
        }
    }

    /**
     * The value of the longest prefix that holds this IPv6 address, or null. Never allocates.
     *
     * @param high bytes 0 to 7 in network order
     * @param low bytes 8 to 15 in network order
     */
    public V lookup6(long high, long low) {
        TrieNode node = root6;
        Object best = null;
        while (true) {
            long word = node.depth < Long.BYTES ? high : low;
            int octet = (int) (word >>> node.shift) & 0xff;
            best = node.longest(octet, best);
            Object child = node.child(octet);
            if (child instanceof TrieNode next) {
                int common = TrieLeaf.commonBits(high ^ next.high, low ^ next.low);
                if (common < next.depth * Byte.SIZE) {
                    return value(best);
                }
                node = next;
            } else if (child != null) {
                TrieLeaf leaf = (TrieLeaf) child;
                return value(leaf.matches(high, low) ? leaf.value : best);
            } else {
                return value(best);
            }
        }
    }

    /** Length in bits of the longest prefix that holds this IPv4 address, or -1. No allocation. */
    public int length4(int address) {
        return length(root4, (long) address << Integer.SIZE, 0);
    }

    /** Length in bits of the longest prefix that holds this IPv6 address, or -1. No allocation. */
    public int length6(long high, long low) {
        return length(root6, high, low);
    }

    private static int length(TrieNode root, long high, long low) {
        TrieNode node = root;
        int best = -1;
        while (true) {
            int octet = TrieNode.octet(high, low, node.depth);
            best = node.longestLength(octet, best);
            Object child = node.child(octet);
            if (child instanceof TrieNode next) {
                int common = TrieLeaf.commonBits(high ^ next.high, low ^ next.low);
                if (common < next.depth * Byte.SIZE) {
                    return best;
                }
                node = next;
            } else if (child instanceof TrieLeaf leaf) {
                return leaf.matches(high, low) ? leaf.length : best;
            } else {
                return best;
            }
        }
    }

    /** The value of the longest prefix that holds this address, or null. */
    public V lookup(IpAddress address) {
        return address.v6() ? lookup6(address.high(), address.low()) : lookup4(address.asInt());
    }

    /** The value of exactly this prefix (masked), or null. */
    public V get(IpPrefix prefix) {
        return value(root(prefix).exact(TrieLeaf.of(prefix, null)));
    }

    /** This table with the prefix leading to {@code value}, whatever it led to before. */
    public PrefixTable<V> with(IpPrefix prefix, V value) {
        TrieLeaf leaf = TrieLeaf.of(prefix, Objects.requireNonNull(value));
        TrieNode root = root(prefix);
        int nextSize = root.exact(leaf) == null ? size + 1 : size;
        return replaced(prefix, root.with(leaf), nextSize);
    }

    /** This table without exactly this prefix; this table itself if it is not there. */
    public PrefixTable<V> without(IpPrefix prefix) {
        TrieNode root = root(prefix);
        TrieNode next = root.without(TrieLeaf.of(prefix, null));
        return next == root ? this : replaced(prefix, next, size - 1);
    }

    private TrieNode root(IpPrefix prefix) {
        return prefix.v6() ? root6 : root4;
    }

    private PrefixTable<V> replaced(IpPrefix prefix, TrieNode root, int nextSize) {
        return prefix.v6()
                ? new PrefixTable<>(root4, root, nextSize)
                : new PrefixTable<>(root, root6, nextSize);
    }

    /** Number of prefixes, both families. */
    public int size() {
        return size;
    }

    /** Whether there is no prefix. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** Calls {@code action} once per prefix, IPv4 first, otherwise in no particular order. */
    public void forEach(BiConsumer<? super IpPrefix, ? super V> action) {
        root4.forEach(
                leaf ->
                        action.accept(
                                IpPrefix.v4((int) (leaf.high >>> Integer.SIZE), leaf.length),
                                value(leaf.value)));
        root6.forEach(
                leaf ->
                        action.accept(
                                IpPrefix.v6(leaf.high, leaf.low, leaf.length), value(leaf.value)));
    }

    /** Nodes of both tries, the two roots included. */
    int nodes() {
        return root4.nodes() + root6.nodes();
    }

    @SuppressWarnings("unchecked") // Only with() puts values in, and only of type V.
    private V value(Object stored) {
        return (V) stored;
    }

    /** Collects prefixes into one table; for one thread. */
    public static final class Builder<V> {
        private PrefixTable<V> table = empty();

        private Builder() {}

        /**
         * Adds a prefix.
         *
         * @return the value the same prefix (masked) led to before, or null: a duplicate is the
         *     caller's to judge, the later value wins
         */
        public V put(IpPrefix prefix, V value) {
            V before = table.get(prefix);
            table = table.with(prefix, value);
            return before;
        }

        /** The table so far; the builder may go on. */
        public PrefixTable<V> build() {
            return table;
        }
    }
}
