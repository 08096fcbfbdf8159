package dev.taltun.simulation;

import dev.taltun.crypto.AeadKey;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.HandshakeAead;
import dev.taltun.memory.Layouts;
import dev.taltun.protocol.Limits;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * Makes transport keys and watches them: no key seals under one nonce twice, none is used once
 * wiped or after 180 seconds, no two sessions seal with the same key, and all are wiped in the end.
 */
final class KeyAudit {
    private static final byte[] NO_AAD = {};

    private final SimClock clock;
    private final Set<String> sealedWith = new HashSet<>();
    private long sealed;
    private long opened;
    private long refused;

    KeyAudit(SimClock clock) {
        this.clock = clock;
    }

    /** How many messages were sealed so far. */
    long sealed() {
        return sealed;
    }

    /** How many messages were opened and found authentic. */
    long opened() {
        return opened;
    }

    /** How many messages did not open. */
    long refused() {
        return refused;
    }

    /** The keys of one engine. */
    final class Ring {
        private int open;
        private int most;
        private int made;

        /** Keys that are not wiped. */
        int open() {
            return open;
        }

        /** The most keys that there were at a time. */
        int most() {
            return most;
        }

        int made() {
            return made;
        }

        AeadKey newKey(CipherSuite suite, byte[] key) {
            made++;
            open++;
            most = Math.max(most, open);
            return new WatchedKey(this, suite, key);
        }
    }

    private final class WatchedKey implements AeadKey {
        private final Ring ring;
        private final CipherSuite suite;
        private final byte[] key;
        private final long madeAt = clock.nanoTime();
        private long lastCounter = -1;
        private boolean closed;

        WatchedKey(Ring ring, CipherSuite suite, byte[] key) {
            this.ring = ring;
            this.suite = suite;
            this.key = key.clone();
        }

        private boolean isExpired() {
            return clock.nanoTime() - madeAt >= Limits.REJECT_AFTER_TIME_NANOS;
        }

        @Override
        public void seal(
                int lane,
                long counter,
                MemorySegment src,
                long srcOff,
                MemorySegment dst,
                long dstOff,
                int len) {
            check(!closed, "sealed with a wiped key");
            check(!isExpired(), "sealed with a key older than 180 s");
            check(lane >= 0 && lane < SimNode.LANES, "lane " + lane);
            if (lastCounter == -1) {
                check(
                        sealedWith.add(HexFormat.of().formatHex(key)),
                        "two sessions seal with the same key");
            }
            // All on one thread: counters are used in the order in which they are reserved.
            check(counter > lastCounter, "nonce " + counter + " after " + lastCounter);
            lastCounter = counter;
            byte[] plain = new byte[len];
            MemorySegment.copy(src, Layouts.BYTE, srcOff, plain, 0, len);
            byte[] out = HandshakeAead.seal(suite, key, counter, plain, NO_AAD);
            MemorySegment.copy(out, 0, dst, Layouts.BYTE, dstOff, out.length);
            sealed++;
        }

        @Override
        public boolean open(
                int lane,
                long counter,
                MemorySegment src,
                long srcOff,
                MemorySegment dst,
                long dstOff,
                int len) {
            check(!closed, "opened with a wiped key");
            check(!isExpired(), "opened with a key older than 180 s");
            check(lane >= 0 && lane < SimNode.LANES, "lane " + lane);
            byte[] in = new byte[len];
            MemorySegment.copy(src, Layouts.BYTE, srcOff, in, 0, len);
            byte[] plain = HandshakeAead.open(suite, key, counter, in, NO_AAD);
            if (plain == null) {
                // As the interface says: the plaintext region holds garbage then.
                dst.asSlice(dstOff, len - Limits.TAG_BYTES).fill((byte) 0x45);
                refused++;
                return false;
            }
            MemorySegment.copy(plain, 0, dst, Layouts.BYTE, dstOff, plain.length);
            opened++;
            return true;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                Arrays.fill(key, (byte) 0);
                ring.open--;
            }
        }
    }

    private static void check(boolean condition, String violation) {
        if (!condition) {
            throw new AssertionError(violation);
        }
    }
}
