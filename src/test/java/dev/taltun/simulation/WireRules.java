package dev.taltun.simulation;

import dev.taltun.protocol.Limits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What holds of every datagram that an engine sends: the lengths of the WireGuard paper, zeros
 * where it wants them, padding, and five seconds between two initiations to the same place, but for
 * one repetition with the cookie that the place asked for, and two a second or more later. Beside
 * that only the number of a Taltun suite in the first byte after the type.
 */
final class WireRules {
    private static final int INITIATION = 148;
    private static final int RESPONSE = 92;
    private static final int COOKIE = 64;
    private static final int DATA_OVERHEAD = 32;

    private long interval = Limits.REKEY_TIMEOUT_NANOS;
    private boolean punching;
    private final Map<String, Long> lastInitiation = new HashMap<>();
    private final Map<String, byte[]> lastBytes = new HashMap<>();

    /** Ways whose last initiation was such a repetition. */
    private final Set<String> repeated = new HashSet<>();

    /** How many followed the one before within five seconds. */
    private final Map<String, Integer> hurried = new HashMap<>();

    /** A node starts anew and knows nothing of what it sent before. */
    void forget(String node) {
        lastInitiation.keySet().removeIf(key -> key.startsWith(node + ">"));
    }

    void check(Network.Datagram datagram) {
        byte[] bytes = datagram.bytes();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        check(bytes.length >= DATA_OVERHEAD, datagram, "is too short");
        check(buffer.getShort(2) == 0, datagram, "has no zeros after its type and suite");
        check(bytes[1] == 0 || bytes[1] == 1, datagram, "has an unknown suite");
        switch (bytes[0]) {
            case 1 -> initiation(datagram);
            case 2 -> check(bytes.length == RESPONSE, datagram, "is no response");
            case 3 -> check(bytes.length == COOKIE, datagram, "is no cookie reply");
            case 4 -> data(datagram, buffer);
            default -> check(false, datagram, "has no type");
        }
    }

    /** Peers that open their NATs for each other shake hands more often than others do. */
    void allowPunching() {
        interval = 90 * SimClock.MILLI;
        punching = true;
    }

    private void initiation(Network.Datagram datagram) {
        check(datagram.length() == INITIATION, datagram, "is no initiation");
        // What two engines agree on after a handshake may make another one due at once.
        int suite = datagram.bytes()[1];
        String way = datagram.from().name() + ">" + datagram.to().withoutLocal() + " " + suite;
        byte[] before = lastBytes.put(way, datagram.bytes());
        if (punching && Arrays.equals(before, datagram.bytes())) {
            // What was to open the sender's NAT only, and is now to arrive.
            return;
        }
        Long last = lastInitiation.put(way, datagram.at());
        boolean soon = last != null && datagram.at() - last < interval;
        check(
                !soon
                        || (hasCookie(datagram) && repeated.add(way))
                        || (datagram.at() - last >= SimClock.SECOND
                                && hurried.merge(way, 1, Integer::sum) <= 2),
                datagram,
                "follows another initiation too soon");
        if (!soon) {
            repeated.remove(way);
            hurried.remove(way);
        }
    }

    /** Whether mac2, the last 16 bytes, is anything but zeros. */
    private static boolean hasCookie(Network.Datagram datagram) {
        for (int i = INITIATION - Limits.MAC_BYTES; i < INITIATION; i++) {
            if (datagram.bytes()[i] != 0) {
                return true;
            }
        }
        return false;
    }

    private static void data(Network.Datagram datagram, ByteBuffer buffer) {
        int inner = datagram.length() - DATA_OVERHEAD;
        boolean padded = inner % Limits.PADDING_BYTES == 0 || inner == datagram.from().mtu();
        check(padded, datagram, "is not padded");
        check(inner <= datagram.from().mtu(), datagram, "is larger than the MTU");
        check(
                Long.compareUnsigned(buffer.getLong(8), Limits.REJECT_AFTER_MESSAGES) < 0,
                datagram,
                "has a counter too high");
    }

    private static void check(boolean holds, Network.Datagram datagram, String violation) {
        if (!holds) {
            throw new AssertionError(
                    datagram.from().name()
                            + " sent "
                            + datagram.describe()
                            + ", which "
                            + violation);
        }
    }
}
