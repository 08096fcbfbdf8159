package dev.taltun.routing;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * One IPv4 or IPv6 address as numbers. Immutable, any thread.
 *
 * <p>Text is read and written without ever asking a resolver, which {@link InetAddress#getByName}
 * would do for anything that does not look like an address. IPv6 text is written as RFC 5952 says.
 *
 * @param v6 whether this is an IPv6 address; an IPv4-mapped one ({@code ::ffff:1.2.3.4}) is
 * @param high bytes 0 to 7 of an IPv6 address; 0 for IPv4
 * @param low bytes 8 to 15 of an IPv6 address; the 32 bits of an IPv4 address, zero-extended
 */
public record IpAddress(boolean v6, long high, long low) implements Comparable<IpAddress> {
    /** Bits of an IPv4 address. */
    public static final int BITS_V4 = 32;

    /** Bits of an IPv6 address. */
    public static final int BITS_V6 = 128;

    public IpAddress {
        if (!v6 && (high != 0 || low >>> BITS_V4 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    /** The IPv4 address with these 32 bits. */
    public static IpAddress v4(int address) {
        return new IpAddress(false, 0, Integer.toUnsignedLong(address));
    }

    /** The IPv6 address with these 128 bits. */
    public static IpAddress v6(long high, long low) {
        return new IpAddress(true, high, low);
    }

    /**
     * Reads an address literal. Never asks a resolver.
     *
     * @throws IllegalArgumentException with a one-line reason (without the text itself) if it is
     *     none
     */
    public static IpAddress parse(String text) {
        return IpText.parse(text);
    }

    /** Takes over the bytes of an {@link InetAddress}; a scope id is dropped. */
    public static IpAddress of(InetAddress address) {
        byte[] bytes = address.getAddress();
        long high = 0;
        long low = 0;
        for (byte b : bytes) {
            high = high << Byte.SIZE | low >>> (Long.SIZE - Byte.SIZE);
            low = low << Byte.SIZE | (b & 0xff);
        }
        return new IpAddress(bytes.length > Integer.BYTES, high, low);
    }

    /** 32 or 128. */
    public int bits() {
        return v6 ? BITS_V6 : BITS_V4;
    }

    /** The IPv4 address as 32 bits; only if not {@link #v6()}. */
    public int asInt() {
        if (v6) {
            throw new IllegalStateException("not an IPv4 address: " + this);
        }
        return (int) low;
    }

    /** Whether every bit is zero: {@code 0.0.0.0} or {@code ::}. */
    public boolean isUnspecified() {
        return high == 0 && low == 0;
    }

    /** Whether this names a group: {@code 224.0.0.0/4} or {@code ff00::/8}. */
    public boolean isMulticast() {
        return v6 ? high >>> 56 == 0xff : low >>> 28 == 0xe;
    }

    /** The 4 or 16 bytes in network order, a fresh array. */
    public byte[] toBytes() {
        byte[] bytes = new byte[bits() / Byte.SIZE];
        for (int i = 0; i < bytes.length; i++) {
            int bitsBehind = (bytes.length - 1 - i) * Byte.SIZE;
            long word = bitsBehind >= Long.SIZE ? high : low;
            bytes[i] = (byte) (word >>> (bitsBehind & (Long.SIZE - 1)));
        }
        return bytes;
    }

    /** The same address for the JDK's own interfaces; no resolver is asked. */
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(toBytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are always an address", e);
        }
    }

    /** IPv4 before IPv6, then by number. */
    @Override
    public int compareTo(IpAddress other) {
        if (v6 != other.v6) {
            return v6 ? 1 : -1;
        }
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    // Those that a record has by itself are put together at run time, 20 ms into every start.

    @Override
    public boolean equals(Object other) {
        return other instanceof IpAddress that
                && v6 == that.v6
                && high == that.high
                && low == that.low;
    }

    @Override
    public int hashCode() {
        return Boolean.hashCode(v6) + 31 * (Long.hashCode(high) + 31 * Long.hashCode(low));
    }

    /** The canonical text: dotted decimal, or RFC 5952. */
    @Override
    public String toString() {
        return v6 ? IpText.formatV6(high, low) : IpText.formatV4((int) low);
    }
}
