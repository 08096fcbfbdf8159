package dev.taltun.routing;

/**
 * One prefix and its value, hanging where no other prefix shares its next octet. Immutable.
 *
 * <p>Addresses are left-aligned in 128 bits: an IPv4 address stands in the first 32 bits of {@code
 * high}. Also carries a prefix down the trie while it is being added.
 */
final class TrieLeaf {
    final long high;
    final long low;
    final int length;
    final Object value;

    /** {@code high} and {@code low} must be masked to {@code length}. */
    TrieLeaf(long high, long low, int length, Object value) {
        this.high = high;
        this.low = low;
        this.length = length;
        this.value = value;
    }

    static TrieLeaf of(IpPrefix prefix, Object value) {
        IpAddress network = prefix.masked().address();
        return network.v6()
                ? new TrieLeaf(network.high(), network.low(), prefix.length(), value)
                : new TrieLeaf(network.low() << Integer.SIZE, 0, prefix.length(), value);
    }

    /**
     * The depth of the node that would hold this prefix as a value: its last octet with a set mask.
     */
    int depth() {
        return (length - 1) / Byte.SIZE;
    }

    int octet(int depth) {
        return TrieNode.octet(high, low, depth);
    }

    boolean matches(long keyHigh, long keyLow) {
        return commonBits(keyHigh ^ high, keyLow ^ low) >= length;
    }

    /** How many leading bits two addresses share, from their exclusive or: 0 to 128. */
    static int commonBits(long differenceHigh, long differenceLow) {
        return differenceHigh != 0
                ? Long.numberOfLeadingZeros(differenceHigh)
                : Long.SIZE + Long.numberOfLeadingZeros(differenceLow);
    }

    boolean samePrefix(TrieLeaf other) {
        return length == other.length && high == other.high && low == other.low;
    }
}
