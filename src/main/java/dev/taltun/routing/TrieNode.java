package dev.taltun.routing;

import java.util.Arrays;

/**
 * One node of the trie: 8 bits of the address, compressed by bitmaps. Immutable.
 *
 * <p>The node at {@code depth} looks at octet {@code depth} of the address. It holds
 *
 * <ul>
 *   <li>values of the prefixes that end in this octet, by the index of Knuth's and Hariguchi's
 *       allotment routing table (ART): a prefix whose last {@code n} bits (1 to 8) are here has
 *       index {@code 2^n + those bits}, so the next shorter candidate is {@code index / 2}. The
 *       default route is index 1 of the root.
 *   <li>children by octet: another node, or a {@link TrieLeaf} where only one longer prefix
 *       follows.
 * </ul>
 *
 * Both are arrays without holes; a bitmap tells which entries exist and a population count where
 * they stand (the idea of BART and of tree bitmaps). Levels that every prefix below shares are
 * skipped: a child may be several octets deeper, so a walk compares the octets it jumped over.
 *
 * <p>Invariant: every node but the root holds at least two things, so the shape depends on the
 * content only and a walk visits few nodes.
 */
final class TrieNode {
    /** Words of {@link #bits} for children, one bit per octet. */
    private static final int CHILD_WORDS = 4;

    /** Words behind them for prefixes, one bit per ART index; absent in a node without values. */
    private static final int PREFIX_WORDS = 8;

    /** Width of one entry of {@link #valueRanks}: a rank is at most 7 x 64 = 448. */
    private static final int RANK_BITS = 9;

    private static final Object[] NOTHING = {};

    /** ART indices 1 to 63 that cover an octet, by its upper five bits: prefixes of 0 to 5 bits. */
    private static final long[] SHORT_PREFIXES = shortPrefixes();

    static final TrieNode EMPTY_ROOT =
            new TrieNode(0, 0, 0, new long[CHILD_WORDS], NOTHING, NOTHING);

    /** The octets above this node, left-aligned; the rest is zero. */
    final long high;

    final long low;

    /** Which octet this node looks at: 0 to 15. */
    final int depth;

    /** Right shift that brings this octet to the bottom of its word. */
    final int shift;

    private final long[] bits;

    /** Children before each of the four child words, a byte each. */
    private final int childRanks;

    private final Object[] children;

    /** Values before each of the prefix words 1 to 7, {@link #RANK_BITS} bits each. */
    private final long valueRanks;

    private final Object[] values;

    private TrieNode(
            int depth, long high, long low, long[] bits, Object[] children, Object[] values) {
        this.depth = depth;
        this.shift = Long.SIZE - Byte.SIZE - Byte.SIZE * (depth & 7);
        this.high = high & IpPrefix.mask(depth * Byte.SIZE);
        this.low = low & IpPrefix.mask(depth * Byte.SIZE - Long.SIZE);
        this.bits = bits;
        this.children = children;
        this.values = values;
        int childrenBefore = 0;
        int childRanksPacked = 0;
        for (int word = 0; word < CHILD_WORDS; word++) {
            childRanksPacked |= childrenBefore << (Byte.SIZE * word);
            childrenBefore += Long.bitCount(bits[word]);
        }
        this.childRanks = childRanksPacked;
        long valueRanksPacked = 0;
        long valuesBefore = 0;
        for (int word = 0; word < bits.length - CHILD_WORDS; word++) {
            if (word > 0) {
                valueRanksPacked |= valuesBefore << (RANK_BITS * (word - 1));
            }
            valuesBefore += Long.bitCount(bits[CHILD_WORDS + word]);
        }
        this.valueRanks = valueRanksPacked;
    }

    private static long[] shortPrefixes() {
        long[] sets = new long[32];
        for (int upper = 0; upper < sets.length; upper++) {
            for (int index = 32 | upper; index > 0; index >>= 1) {
                sets[upper] |= 1L << index;
            }
        }
        return sets;
    }

    static int octet(long high, long low, int depth) {
        long word = depth < Long.BYTES ? high : low;
        return (int) (word >>> (Long.SIZE - Byte.SIZE - Byte.SIZE * (depth & 7))) & 0xff;
    }

    // Looking up: no allocation, no recursion.

    /** The node, leaf or null that continues with this octet. */
    Object child(int octet) {
        int word = octet >>> 6;
        long set = bits[word];
        long bit = 1L << octet;
        if ((set & bit) == 0) {
            return null;
        }
        return children[(childRanks >>> (Byte.SIZE * word) & 0xff) + Long.bitCount(set & bit - 1)];
    }

    /**
     * The value of the longest prefix ending in this node that covers the octet, else {@code
     * other}.
     */
    Object longest(int octet, Object other) {
        int index = longestIndex(octet);
        return index == 0 ? other : values[rank(bits[CHILD_WORDS + (index >>> 6)], index)];
    }

    /** Length in bits of that prefix, else {@code other}. */
    int longestLength(int octet, int other) {
        int index = longestIndex(octet);
        return index == 0 ? other : depth * Byte.SIZE + length(index);
    }

    /** ART index of the longest prefix ending in this node that covers the octet, or 0. */
    private int longestIndex(int octet) {
        long[] sets = bits;
        if (sets.length == CHILD_WORDS) {
            return 0;
        }
        for (int index = 256 | octet; index >= 64; index >>= 1) {
            if ((sets[CHILD_WORDS + (index >>> 6)] >>> index & 1) != 0) {
                return index;
            }
        }
        long covering = sets[CHILD_WORDS] & SHORT_PREFIXES[octet >>> 3];
        return covering == 0 ? 0 : length(covering);
    }

    /** Position of the highest bit: of an ART index, how many bits of the octet it stands for. */
    private static int length(long bits) {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(bits);
    }

    private int rank(long set, int index) {
        int word = index >>> 6;
        int before = word == 0 ? 0 : (int) (valueRanks >>> (RANK_BITS * (word - 1))) & 0x1ff;
        return before + Long.bitCount(set & (1L << index) - 1);
    }

    /** The value of exactly this prefix, or null. */
    Object exact(TrieLeaf prefix) {
        TrieNode node = this;
        while (prefix.depth() > node.depth) {
            Object child = node.child(prefix.octet(node.depth));
            if (!(child instanceof TrieNode next)) {
                return child instanceof TrieLeaf leaf && leaf.samePrefix(prefix)
                        ? leaf.value
                        : null;
            }
            if (!next.covers(prefix)) {
                return null;
            }
            node = next;
        }
        return node.value(node.index(prefix));
    }

    private boolean covers(TrieLeaf prefix) {
        return depth <= prefix.depth() && commonOctets(high, low, prefix) >= depth;
    }

    private Object value(int index) {
        if (bits.length == CHILD_WORDS) {
            return null;
        }
        long set = bits[CHILD_WORDS + (index >>> 6)];
        return (set >>> index & 1) == 0 ? null : values[rank(set, index)];
    }

    /** ART index of a prefix that ends in this node. */
    private int index(TrieLeaf prefix) {
        int length = prefix.length - depth * Byte.SIZE;
        return 1 << length | prefix.octet(depth) >>> (Byte.SIZE - length);
    }

    // Changing: copies of the nodes on one path.

    /** This node with the prefix added or its value replaced; the prefix lies below this node. */
    TrieNode with(TrieLeaf prefix) {
        if (prefix.depth() == depth) {
            return withValue(index(prefix), prefix.value);
        }
        int octet = prefix.octet(depth);
        Object child = child(octet);
        if (child instanceof TrieLeaf leaf) {
            return withChild(octet, leaf.samePrefix(prefix) ? prefix : fork(leaf, prefix));
        }
        if (child instanceof TrieNode node) {
            return withChild(octet, node.covers(prefix) ? node.with(prefix) : fork(node, prefix));
        }
        return withChild(octet, prefix);
    }

    private static TrieNode fork(TrieLeaf leaf, TrieLeaf prefix) {
        int depth =
                Math.min(
                        Math.min(leaf.depth(), prefix.depth()),
                        commonOctets(leaf.high, leaf.low, prefix));
        return empty(depth, prefix).with(leaf).with(prefix);
    }

    private static TrieNode fork(TrieNode node, TrieLeaf prefix) {
        int depth = Math.min(prefix.depth(), commonOctets(node.high, node.low, prefix));
        return empty(depth, prefix).withChild(octet(node.high, node.low, depth), node).with(prefix);
    }

    private static TrieNode empty(int depth, TrieLeaf prefix) {
        return new TrieNode(
                depth, prefix.high, prefix.low, new long[CHILD_WORDS], NOTHING, NOTHING);
    }

    private static int commonOctets(long high, long low, TrieLeaf prefix) {
        return TrieLeaf.commonBits(high ^ prefix.high, low ^ prefix.low) / Byte.SIZE;
    }

    /** This node without the prefix; itself if the prefix is not there. May be empty. */
    TrieNode without(TrieLeaf prefix) {
        if (prefix.depth() == depth) {
            return withoutValue(index(prefix));
        }
        int octet = prefix.octet(depth);
        Object child = child(octet);
        if (child instanceof TrieLeaf leaf) {
            return leaf.samePrefix(prefix) ? withChild(octet, null) : this;
        }
        if (child instanceof TrieNode node && node.covers(prefix)) {
            TrieNode changed = node.without(prefix);
            return changed == node ? this : withChild(octet, changed.collapsed());
        }
        return this;
    }

    /** Restores the invariant after a removal: the only thing left takes this node's place. */
    private Object collapsed() {
        if (children.length + values.length > 1) {
            return this;
        }
        if (children.length == 1) {
            return children[0];
        }
        int word = CHILD_WORDS;
        while (bits[word] == 0) {
            word++;
        }
        int index = Long.SIZE * (word - CHILD_WORDS) + Long.numberOfTrailingZeros(bits[word]);
        return leaf(index, values[0]);
    }

    private TrieNode withValue(int index, Object value) {
        long[] changed = Arrays.copyOf(bits, CHILD_WORDS + PREFIX_WORDS);
        int word = CHILD_WORDS + (index >>> 6);
        int rank = rank(changed[word], index);
        boolean present = (changed[word] >>> index & 1) != 0;
        changed[word] |= 1L << index;
        Object[] next = present ? values.clone() : opened(values, rank);
        next[rank] = value;
        return new TrieNode(depth, high, low, changed, children, next);
    }

    private TrieNode withoutValue(int index) {
        if (value(index) == null) {
            return this;
        }
        int word = CHILD_WORDS + (index >>> 6);
        Object[] next = closed(values, rank(bits[word], index));
        long[] changed = Arrays.copyOf(bits, next.length == 0 ? CHILD_WORDS : bits.length);
        if (next.length > 0) {
            changed[word] &= ~(1L << index);
        }
        return new TrieNode(depth, high, low, changed, children, next);
    }

    private TrieNode withChild(int octet, Object child) {
        int word = octet >>> 6;
        long bit = 1L << octet;
        int rank = (childRanks >>> (Byte.SIZE * word) & 0xff) + Long.bitCount(bits[word] & bit - 1);
        boolean present = (bits[word] & bit) != 0;
        long[] changed = bits.clone();
        Object[] next;
        if (child == null) {
            changed[word] &= ~bit;
            next = closed(children, rank);
        } else {
            changed[word] |= bit;
            next = present ? children.clone() : opened(children, rank);
            next[rank] = child;
        }
        return new TrieNode(depth, high, low, changed, next, values);
    }

    private static Object[] opened(Object[] array, int at) {
        Object[] larger = new Object[array.length + 1];
        System.arraycopy(array, 0, larger, 0, at);
        System.arraycopy(array, at, larger, at + 1, array.length - at);
        return larger;
    }

    private static Object[] closed(Object[] array, int at) {
        Object[] smaller = new Object[array.length - 1];
        System.arraycopy(array, 0, smaller, 0, at);
        System.arraycopy(array, at + 1, smaller, at, smaller.length - at);
        return smaller;
    }

    // Walking over everything.

    /** What {@link #forEach} calls. */
    interface Visitor {
        void visit(TrieLeaf prefix);
    }

    void forEach(Visitor visitor) {
        int rank = 0;
        for (int word = CHILD_WORDS; word < bits.length; word++) {
            for (long set = bits[word]; set != 0; set &= set - 1) {
                int bit = Long.numberOfTrailingZeros(set);
                visitor.visit(leaf(Long.SIZE * (word - CHILD_WORDS) + bit, values[rank++]));
            }
        }
        for (Object child : children) {
            if (child instanceof TrieNode node) {
                node.forEach(visitor);
            } else {
                visitor.visit((TrieLeaf) child);
            }
        }
    }

    /** Nodes from here down; tests use it to see that removal leaves nothing behind. */
    int nodes() {
        int count = 1;
        for (Object child : children) {
            count += child instanceof TrieNode node ? node.nodes() : 0;
        }
        return count;
    }

    private TrieLeaf leaf(int index, Object value) {
        int length = length(index);
        long octet = (long) (index ^ 1 << length) << (Byte.SIZE - length) & 0xff;
        long placed = octet << shift;
        boolean inHigh = depth < Long.BYTES;
        return new TrieLeaf(
                inHigh ? high | placed : high,
                inHigh ? low : low | placed,
                depth * Byte.SIZE + length,
                value);
    }
}
