package dev.taltun.noise;

import dev.taltun.protocol.Limits;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Limits handshake messages by source while we are under load: 20 a second, 5 in a row, for each
 * IPv4 address and each IPv6 /64, which is what one host can send from (WireGuard paper, section
 * 5.3). Control agent's thread.
 *
 * <p>A token bucket kept as one number, the moment when it will be full again: a message is refused
 * if that is more than four messages' worth ahead, else it moves the moment by one. A bucket that
 * is full is the same as none, so entries whose moment has passed are free without being collected.
 *
 * <p>Memory is 256 KiB, taken at the first use. Sources share sets of 16 entries; which set is
 * keyed by a random number, so that nobody can choose addresses that collide. If all 16 are in use,
 * a seventeenth source is refused: sources reach this only with a valid mac2, so it would take
 * thousands of real hosts sending within the same quarter of a second.
 */
public final class RateLimiter {
    private static final long COST_NANOS = 1_000_000_000L / Limits.SOURCE_HANDSHAKES_PER_SECOND;
    private static final long AHEAD_MAX_NANOS = (Limits.SOURCE_HANDSHAKES_BURST - 1) * COST_NANOS;

    private static final int SET_BITS = 10;
    private static final int WAYS = 16;
    private static final int ENTRIES = WAYS << SET_BITS;

    private static final int IPV6_BYTES = 16;
    private static final int IPV4_BYTES = 4;
    private static final long IPV4_MAPPED = 0xffffL << Integer.SIZE;

    /** Random and odd: multiply-shift hashing, universal for who does not know it. */
    private final long multiplier;

    private long[] keys;
    private long[] fullAtNanos;

    public RateLimiter(RandomSource random) {
        byte[] seed = new byte[Long.BYTES];
        random.fill(seed);
        multiplier = ByteBuffer.wrap(seed).getLong() | 1;
    }

    /**
     * Asks for one message.
     *
     * @param address 4 or 16 bytes, in network order; IPv4-mapped IPv6 counts as IPv4
     * @return false if the source has used up its share
     */
    public boolean allow(byte[] address, long nowNanos) {
        if (keys == null) {
            keys = new long[ENTRIES];
            fullAtNanos = new long[ENTRIES];
            Arrays.fill(fullAtNanos, nowNanos);
        }
        long key = key(address);
        int first = set(key) * WAYS;
        int free = -1;
        for (int i = first; i < first + WAYS; i++) {
            long ahead = fullAtNanos[i] - nowNanos;
            if (ahead <= 0) {
                free = i;
            } else if (keys[i] == key) {
                if (ahead > AHEAD_MAX_NANOS) {
                    return false;
                }
                fullAtNanos[i] += COST_NANOS;
                return true;
            }
        }
        if (free < 0) {
            return false;
        }
        keys[free] = key;
        fullAtNanos[free] = nowNanos + COST_NANOS;
        return true;
    }

    /** How many sources are remembered. */
    int size(long nowNanos) {
        int size = 0;
        for (int i = 0; keys != null && i < ENTRIES; i++) {
            if (fullAtNanos[i] - nowNanos > 0) {
                size++;
            }
        }
        return size;
    }

    private static long key(byte[] address) {
        ByteBuffer buffer = ByteBuffer.wrap(address);
        if (address.length == IPV4_BYTES) {
            return ipv4Key(buffer.getInt());
        }
        if (address.length != IPV6_BYTES) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes");
        }
        long prefix = buffer.getLong();
        long rest = buffer.getLong();
        return prefix == 0 && (rest & ~0xffffffffL) == IPV4_MAPPED ? ipv4Key((int) rest) : prefix;
    }

    /** In 0:ffff::/32, which is reserved: never the prefix of an IPv6 source. */
    private static long ipv4Key(int address) {
        return IPV4_MAPPED | Integer.toUnsignedLong(address);
    }

    private int set(long key) {
        return (int) ((key * multiplier) >>> (Long.SIZE - SET_BITS));
    }
}
