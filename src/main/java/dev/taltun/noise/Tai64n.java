package dev.taltun.noise;

import dev.taltun.protocol.Limits;
import java.nio.ByteBuffer;

/**
 * A moment as TAI64N, by which a responder tells a new initiation from a replayed one (WireGuard
 * paper, section 5.1; D. J. Bernstein, "TAI64, TAI64N, and TAI64NA"). Immutable.
 *
 * <pre>
 *   +---------------------------------------------------------------+
 * 0 |            seconds since 1970 TAI, plus 2^62 (BE)             |
 *   +-------------------------------+-------------------------------+
 * 8 |       nanoseconds (BE)        |
 *   +-------------------------------+
 * </pre>
 *
 * @param label the first eight bytes, unsigned
 * @param nanos the last four bytes, unsigned
 */
public record Tai64n(long label, int nanos) implements Comparable<Tai64n> {
    /** TAI was ten seconds ahead of UTC in 1970; leap seconds since then are left out, as usual. */
    private static final long EPOCH_LABEL = 0x4000_0000_0000_000aL;

    private static final int NANOS_PER_SECOND = 1_000_000_000;

    /**
     * One tick, 16.8 ms: about as far apart as a responder accepts initiations. Finer time would
     * tell the responder more about our clock and load than it needs.
     */
    private static final int TICK_NANOS = 1 << 24;

    /**
     * The timestamp to send at a moment of wall time, cut down to whole ticks.
     *
     * @param epochSecond seconds since 1970 UTC
     * @param nano 0 to 999,999,999
     */
    public static Tai64n of(long epochSecond, int nano) {
        return new Tai64n(EPOCH_LABEL + epochSecond, nano & -TICK_NANOS);
    }

    /** Reads the 12 bytes of a timestamp; any bytes are a timestamp. */
    static Tai64n fromBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Tai64n(buffer.getLong(), buffer.getInt());
    }

    /** The 12 bytes of the timestamp. */
    public byte[] toBytes() {
        return ByteBuffer.allocate(Limits.TIMESTAMP_BYTES).putLong(label).putInt(nanos).array();
    }

    /** True if this is later than the other. */
    public boolean isAfter(Tai64n other) {
        return compareTo(other) > 0;
    }

    /** The least timestamp that is one tick later. */
    Tai64n next() {
        long later = Integer.toUnsignedLong(nanos & -TICK_NANOS) + TICK_NANOS;
        return later < NANOS_PER_SECOND ? new Tai64n(label, (int) later) : new Tai64n(label + 1, 0);
    }

    /** Order of the bytes, which is the order of time. */
    @Override
    public int compareTo(Tai64n other) {
        int byLabel = Long.compareUnsigned(label, other.label);
        return byLabel != 0 ? byLabel : Integer.compareUnsigned(nanos, other.nanos);
    }
}
