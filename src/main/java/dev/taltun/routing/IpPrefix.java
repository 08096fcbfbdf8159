package dev.taltun.routing;

/**
 * An address with a prefix length, as written: {@code 10.100.0.1/24} keeps its host bits.
 * Immutable.
 *
 * <p>{@link #masked()} gives the network ({@code 10.100.0.0/24}), {@link #host()} the address alone
 * ({@code 10.100.0.1/32}). Equality is exact: family, every address bit, length; compare masked
 * prefixes to compare networks.
 *
 * @param address the address, host bits included
 * @param length 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record IpPrefix(IpAddress address, int length) implements Comparable<IpPrefix> {
    public IpPrefix {
        if (length < 0 || length > address.bits()) {
            throw new IllegalArgumentException(
                    "a prefix length of " + address + " is 0 to " + address.bits());
        }
    }

    /** The IPv4 prefix with these address bits; {@code length} 0 to 32. */
    public static IpPrefix v4(int address, int length) {
        return new IpPrefix(IpAddress.v4(address), length);
    }

    /** The IPv6 prefix with these address bits; {@code length} 0 to 128. */
    public static IpPrefix v6(long high, long low, int length) {
        return new IpPrefix(IpAddress.v6(high, low), length);
    }

    /**
     * Reads {@code address/length}, or a bare address as the prefix that holds only it. Never asks
     * a resolver.
     *
     * @throws IllegalArgumentException with a one-line reason (without the text itself)
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            IpAddress address = IpAddress.parse(text);
            return new IpPrefix(address, address.bits());
        }
        IpAddress address = IpAddress.parse(text.substring(0, slash));
        String digits = text.substring(slash + 1);
        int length = digits.isEmpty() || digits.length() > 3 ? -1 : 0;
        for (int i = 0; i < digits.length() && length >= 0; i++) {
            char c = digits.charAt(i);
            boolean leadingZero = i == 0 && c == '0' && digits.length() > 1;
            length = c < '0' || c > '9' || leadingZero ? -1 : length * 10 + (c - '0');
        }
        if (length < 0 || length > address.bits()) {
            throw new IllegalArgumentException(
                    "the part after \"/\" is a number from 0 to " + address.bits());
        }
        return new IpPrefix(address, length);
    }

    /** Whether this is an IPv6 prefix. */
    public boolean v6() {
        return address.v6();
    }

    /** The network: this prefix with its host bits zero. */
    public IpPrefix masked() {
        IpAddress network =
                v6()
                        ? IpAddress.v6(
                                address.high() & mask(length),
                                address.low() & mask(length - Long.SIZE))
                        : IpAddress.v4((int) (address.low() & mask(length + Integer.SIZE)));
        return network.equals(address) ? this : new IpPrefix(network, length);
    }

    /** Whether no host bit is set. */
    public boolean isMasked() {
        return masked().equals(this);
    }

    /** The prefix that holds only {@link #address()}: {@code /32} or {@code /128}. */
    public IpPrefix host() {
        return isHost() ? this : new IpPrefix(address, address.bits());
    }

    /** Whether this prefix holds a single address. */
    public boolean isHost() {
        return length == address.bits();
    }

    /** Whether {@code other} lies in this network; false for another family. */
    public boolean contains(IpAddress other) {
        if (other.v6() != v6()) {
            return false;
        }
        if (v6()) {
            return ((other.high() ^ address.high()) & mask(length)) == 0
                    && ((other.low() ^ address.low()) & mask(length - Long.SIZE)) == 0;
        }
        return ((other.low() ^ address.low()) & mask(length + Integer.SIZE)) == 0;
    }

    /** Whether every address of {@code other} lies in this network. */
    public boolean contains(IpPrefix other) {
        return other.length >= length && contains(other.address);
    }

    /** A word whose first {@code bits} bits are set; below 0 counts as 0, above 64 as 64. */
    static long mask(int bits) {
        if (bits <= 0) {
            return 0;
        }
        return bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - bits);
    }

    /** By address, then the shorter prefix first: a network stands before what it contains. */
    @Override
    public int compareTo(IpPrefix other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
    }

    // Those that a record has by itself are put together at run time, 20 ms into every start.

    @Override
    public boolean equals(Object other) {
        return other instanceof IpPrefix that
                && length == that.length
                && address.equals(that.address);
    }

    @Override
    public int hashCode() {
        return length + 31 * address.hashCode();
    }

    /** {@code address/length}, always with the length. */
    @Override
    public String toString() {
        return address + "/" + length;
    }
}
