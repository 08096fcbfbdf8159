package dev.taltun.noise;

import dev.taltun.crypto.AeadKey;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.HandshakeAead;
import dev.taltun.crypto.SecretKey;
import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/** What the tests of this package share: two identities, fixed randomness, keys to look into. */
final class Fixed {
    static final byte[] NO_AAD = {};

    private Fixed() {}

    /** A transport key that remembers its bytes and whether it was closed. */
    static final class Key implements AeadKey {
        final CipherSuite suite;
        final byte[] key;
        boolean closed;

        Key(CipherSuite suite, byte[] key) {
            this.suite = suite;
            this.key = key.clone();
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
            byte[] plain = Segments.bytes(src, srcOff, len);
            Segments.put(HandshakeAead.seal(suite, key, counter, plain, NO_AAD), dst, dstOff);
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
            byte[] sealed = Segments.bytes(src, srcOff, len);
            byte[] plain = HandshakeAead.open(suite, key, counter, sealed, NO_AAD);
            if (plain == null) {
                return false;
            }
            Segments.put(plain, dst, dstOff);
            return true;
        }

        @Override
        public void close() {
            closed = true;
            ConstantTime.wipe(key);
        }
    }

    /** The same bytes for the same seed, every time. */
    static RandomSource random(long seed) {
        return new Random(seed)::nextBytes;
    }

    static StaticIdentity identity(long seed) {
        byte[] key = new byte[SecretKey.BYTES];
        random(seed).fill(key);
        return new StaticIdentity(SecretKey.copyOf(key));
    }

    static SecretKey secret(int fill) {
        byte[] key = new byte[SecretKey.BYTES];
        Arrays.fill(key, (byte) fill);
        return SecretKey.copyOf(key);
    }

    static MemorySegment message(int length) {
        return Arena.ofAuto().allocate(length);
    }

    static byte[] bytes(MemorySegment segment) {
        return segment.toArray(Layouts.BYTE);
    }

    /** A session whose keys nobody uses. */
    static Session session(boolean initiator, long createdNanos) {
        CipherSuite suite = CipherSuite.CHACHA20_POLY1305;
        byte[] key = new byte[SecretKey.BYTES];
        return new Session(
                suite, 1, 2, initiator, createdNanos, new Key(suite, key), new Key(suite, key));
    }
}
