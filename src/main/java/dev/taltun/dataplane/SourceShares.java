package dev.taltun.dataplane;

import dev.taltun.crypto.Entropy;
import java.util.Arrays;

/**
 * How much of a queue one source may take: a few messages in each short turn, so that who has
 * proved one address cannot fill the room of all who have proved theirs.
 *
 * <p>Sources are IPv4 addresses and /64 networks of IPv6, kept in a table by a keyed hash; two that
 * meet there share. Belongs to one thread; allocates nothing after its start.
 */
final class SourceShares {
    private static final int BITS = 10;

    /** Longer than a full queue takes to be worked off: 1024 messages of some 6 us. */
    private static final long TURN_NANOS = 10_000_000;

    /** Messages of one source in a turn: a few peers behind one NAT, with repetitions. */
    private static final int SHARE = 16;

    private final byte[] taken = new byte[1 << BITS];
    private final long key;
    private long turn;

    SourceShares() {
        byte[] random = new byte[Long.BYTES];
        Entropy.fill(random);
        long bits = 1;
        for (byte b : random) {
            bits = bits << Byte.SIZE | b & 0xff;
        }
        key = bits | 1;
    }

    /**
     * Takes one place for a source, if it has one left.
     *
     * @param high of the address; for an IPv4 address in IPv6 form the same for all
     * @param low of the address; counts for IPv4 only
     */
    boolean take(long high, long low, boolean ipv4, long now) {
        if (now - turn >= TURN_NANOS) {
            turn = now;
            Arrays.fill(taken, (byte) 0);
        }
        long mixed = ((ipv4 ? low : high) ^ key >>> 7) * key;
        int index = (int) ((mixed ^ mixed >>> 29) * key >>> Long.SIZE - BITS);
        if (taken[index] == SHARE) {
            return false;
        }
        taken[index]++;
        return true;
    }
}
